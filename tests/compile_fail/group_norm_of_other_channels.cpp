// expect: etch: group_norm<Groups> needs an input whose channels, its first extent, can be
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/group_norm.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<6, 4>, etch::group_norm<4>>;
#else
using policy = etch::network<etch::input<6, 4>, etch::group_norm<3>>;
#endif

auto outputs(const policy& net, const etch::vector<float, policy::inputs>& x) { return net(x); }
