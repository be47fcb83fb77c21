// expect: etch: the groups of causal_conv_1d must divide the channels of its input and its filters
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/causal_conv_1d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using stream = etch::network<etch::input<3>, etch::causal_conv_1d<4, 3, etch::groups<2>>>;
#else
using stream = etch::network<etch::input<4>, etch::causal_conv_1d<4, 3, etch::groups<2>>>;
#endif

auto answer(const stream& net, const etch::vector<float, stream::inputs>& x, stream::state& state) {
    return net(x, state);
}
