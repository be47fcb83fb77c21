// expect: etch: causal_conv_1d gets one step of a stream after the other: input<channels>
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/causal_conv_1d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using stream = etch::network<etch::input<3, 9>, etch::causal_conv_1d<4>>;
#else
using stream = etch::network<etch::input<3>, etch::causal_conv_1d<4>>;
#endif

auto answer(const stream& net, const etch::vector<float, stream::inputs>& x, stream::state& state) {
    return net(x, state);
}
