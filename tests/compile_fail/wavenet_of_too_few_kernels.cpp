// expect: etch: kernel_lengths has one length for all layers of a wavenet_array, or one for each dilation
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/wavenet.hpp>
#include <etch/network/network.hpp>

using namespace etch;

#ifdef ETCH_REJECT
using stream = network<input<1>, wavenet<wavenet_array<4, 1, dilations<1, 2, 4>, kernel_lengths<6, 3>>>>;
#else
using stream = network<input<1>, wavenet<wavenet_array<4, 1, dilations<1, 2, 4>, kernel_lengths<6, 3, 3>>>>;
#endif

auto answer(const stream& net, const vector<float, stream::inputs>& x, stream::state& state) { return net(x, state); }
