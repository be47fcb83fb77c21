// expect: etch: a sample is one argument: net({0.1f, 0.9f})
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;

#ifdef ETCH_REJECT
auto answer(const policy& net) { return net(1.0f, 2.0f, 3.0f); }
#else
auto answer(const policy& net) { return net({1.0f, 2.0f, 3.0f}); }
#endif
