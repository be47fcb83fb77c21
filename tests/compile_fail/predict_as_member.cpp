// expect: etch: a network is called as a function, net(x)
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;
#ifdef ETCH_REJECT
auto answer(const policy& net, const std::array<float, 3>& x) { return net.predict(x); }
#else
auto answer(const policy& net, const std::array<float, 3>& x) { return net(x); }
#endif
