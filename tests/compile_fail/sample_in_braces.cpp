// expect: etch: a sample must have as many numbers as the network has inputs
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;

#ifdef ETCH_REJECT
float answer(const policy& net) { return net({1, 2})[0]; }
#else
float answer(const policy& net) { return net({1, 2, 3})[0]; }
#endif
