// expect: etch: wavenet is made of arrays: wavenet<wavenet_array<16, 8, dilations_up_to<512>>, ...>
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/wavenet.hpp>
#include <etch/network/network.hpp>

using namespace etch;

#ifdef ETCH_REJECT
using stream = network<input<1>, wavenet<etch::tanh>>;
#else
using stream = network<input<1>, wavenet<wavenet_array<4, 1, dilations<1>>>>;
#endif

auto answer(const stream& net, const vector<float, stream::inputs>& x, stream::state& state) { return net(x, state); }
