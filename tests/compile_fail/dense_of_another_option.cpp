// expect: etch: dense<N, ...>: N is the number of outputs, then an initializer
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::dense<4, 2>>;
#else
using policy = etch::network<etch::input<3>, etch::dense<4, etch::he_normal>>;
#endif

auto answer(const policy& net) { return net({1, 2, 3}); }
