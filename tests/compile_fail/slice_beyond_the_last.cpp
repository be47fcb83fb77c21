// expect: etch: slice<From, Count> ends beyond its input
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/slice.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::slice<2, 2>>;
#else
using policy = etch::network<etch::input<3>, etch::slice<1, 2>>;
#endif

auto outputs(const policy& net) { return net({1, 2, 3}); }
