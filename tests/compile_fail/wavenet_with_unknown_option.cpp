// expect: etch: after its two numbers wavenet_array takes dilations<N...>, kernel_lengths<N...>, an activation or
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/wavenet.hpp>
#include <etch/network/network.hpp>

using namespace etch;

#ifdef ETCH_REJECT
using stream = network<input<1>, wavenet<wavenet_array<4, 1, dilations<1>, head_bias, head_bias>>>;
#else
using stream = network<input<1>, wavenet<wavenet_array<4, 1, dilations<1>, head_bias>>>;
#endif

auto answer(const stream& net, const vector<float, stream::inputs>& x, stream::state& state) { return net(x, state); }
