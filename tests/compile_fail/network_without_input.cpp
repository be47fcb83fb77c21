// expect: etch: a network begins with input<...>, once, and has at least one layer after it
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::dense<4>, etch::dense<2>>;
#else
using policy = etch::network<etch::input<3>, etch::dense<4>, etch::dense<2>>;
#endif

auto answer(const policy& net) { return net({1, 2, 3}); }
