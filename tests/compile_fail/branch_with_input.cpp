// expect: etch: a branch is a list of layers, without input
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>
#include <etch/network/parallel.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::parallel<etch::branch<etch::input<3>, etch::dense<4>>>>;
#else
using policy = etch::network<etch::input<3>, etch::parallel<etch::branch<etch::dense<4>>>>;
#endif

auto answer(const policy& net) { return net({1, 2, 3}); }
