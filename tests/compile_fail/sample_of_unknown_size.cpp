// expect: etch: the size of a sample must be known to the compiler
// checked with: g++ 12, clang 14, clang 19
#include <span>

#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;

#ifdef ETCH_REJECT
using sample = std::span<const float>;
#else
using sample = std::span<const float, 3>;
#endif

float answer(const policy& net, const sample& x) { return net(x)[0]; }
