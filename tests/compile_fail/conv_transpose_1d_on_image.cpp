// expect: etch: conv_transpose_1d needs signals for its input: input<channels, length>
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/conv_transpose_1d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<4, 2, 2>, etch::conv_transpose_1d<3>>;
#else
using filters = etch::network<etch::input<4, 4>, etch::conv_transpose_1d<3>>;
#endif

auto answer(const filters& net, const etch::vector<float, filters::inputs>& image) { return net(image); }
