// expect: etch: weights cannot be loaded into a network that is const
// checked with: g++ 12, clang 14, clang 19
#include <span>

#include <etch/inference.hpp>
#include <etch/io/load.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;

#ifdef ETCH_REJECT
bool start(const policy& net, std::span<const std::byte> file) { return etch::load(net, file).ok(); }
#else
bool start(policy& net, std::span<const std::byte> file) { return etch::load(net, file).ok(); }
#endif
