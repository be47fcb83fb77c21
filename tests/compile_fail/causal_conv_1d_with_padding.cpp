// expect: etch: after its two numbers causal_conv_1d takes the options dilation<N>, groups<N> and stored<bf16>
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/causal_conv_1d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using stream = etch::network<etch::input<3>, etch::causal_conv_1d<4, 3, etch::padding<2>>>;
#else
using stream = etch::network<etch::input<3>, etch::causal_conv_1d<4, 3, etch::dilation<2>>>;
#endif

auto answer(const stream& net, const etch::vector<float, stream::inputs>& x, stream::state& state) {
    return net(x, state);
}
