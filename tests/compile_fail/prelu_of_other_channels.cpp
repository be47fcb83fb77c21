// expect: etch: prelu<n> has one slope, prelu<>, or one for each channel of its input
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/prelu.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<4, 3>, etch::prelu<12>>;
#else
using policy = etch::network<etch::input<4, 3>, etch::prelu<4>>;
#endif

auto outputs(const policy& net, const etch::vector<float, policy::inputs>& x) { return net(x); }
