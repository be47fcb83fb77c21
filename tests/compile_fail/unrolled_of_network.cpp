// expect: etch: unrolled runs one layer over a sequence
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/gru.hpp>
#include <etch/network/network.hpp>
#include <etch/network/unrolled.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<2, 3>, etch::unrolled<etch::network<etch::input<2>, etch::gru<4>>>>;
#else
using policy = etch::network<etch::input<2, 3>, etch::unrolled<etch::gru<4>>>;
#endif

auto answer(const policy& net) { return net({1, 2, 3, 4, 5, 6}); }
