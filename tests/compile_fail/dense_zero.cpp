// expect: etch: dense needs at least one output
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::dense<0>, etch::dense<2>>;
#else
using policy = etch::network<etch::input<3>, etch::dense<1>, etch::dense<2>>;
#endif

auto answer(const policy& net) { return net({1, 2, 3}); }
