// expect: etch: attention<Heads> needs a number of features
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/attention.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<2, 4>, etch::attention<3>>;
#else
using policy = etch::network<etch::input<2, 4>, etch::attention<2>>;
#endif

auto outputs(const policy& net, const etch::vector<float, policy::inputs>& x) { return net(x); }
