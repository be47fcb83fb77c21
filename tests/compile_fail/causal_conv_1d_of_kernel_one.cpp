// expect: etch: causal_conv_1d needs a kernel of at least two: dense<Filters> is the kernel of one
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/causal_conv_1d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using stream = etch::network<etch::input<3>, etch::causal_conv_1d<4, 1>>;
#else
using stream = etch::network<etch::input<3>, etch::causal_conv_1d<4, 2>>;
#endif

auto answer(const stream& net, const etch::vector<float, stream::inputs>& x, stream::state& state) {
    return net(x, state);
}
