// expect: etch: a sample must have as many numbers as the network has inputs
// checked with: g++ 12, clang 14, clang 19
#include <array>

#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;

#ifdef ETCH_REJECT
using sample = std::array<float, 4>;  // a padded three would have as many
#else
using sample = std::array<float, 3>;
#endif

float answer(const policy& net, const sample& x) { return net(x)[0]; }
