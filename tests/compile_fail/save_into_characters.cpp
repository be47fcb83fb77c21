// expect: etch: save writes into a std::span<std::byte>
// checked with: g++ 12, clang 14, clang 19
#include <array>
#include <span>

#include <etch/inference.hpp>
#include <etch/io/save.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;

bool keep(const policy& net, std::array<unsigned char, 1000>& memory) {
#ifdef ETCH_REJECT
    return etch::save(net, memory).ok();
#else
    return etch::save(net, std::as_writable_bytes(std::span{memory})).ok();
#endif
}
