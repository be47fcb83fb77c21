// expect: etch: the steps of a sequence tape would be larger than the address space
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/gru.hpp>
#include <etch/network/sequence_tape.hpp>

#ifdef ETCH_REJECT
constexpr std::size_t steps = static_cast<std::size_t>(-1);
#else
constexpr std::size_t steps = 1'000'000;
#endif

using amp = etch::network<etch::input<3>, etch::gru<2>>;
std::size_t size() { return sizeof(etch::sequence_tape<amp, 2, steps>); }
