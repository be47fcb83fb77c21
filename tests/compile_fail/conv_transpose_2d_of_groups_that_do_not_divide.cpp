// expect: etch: the groups of conv_transpose_2d must divide the channels of its input and its filters
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/conv_transpose_2d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<4, 4, 4>, etch::conv_transpose_2d<3, 3, 3, etch::groups<2>>>;
#else
using filters = etch::network<etch::input<4, 4, 4>, etch::conv_transpose_2d<4, 3, 3, etch::groups<2>>>;
#endif

auto answer(const filters& net, const etch::vector<float, filters::inputs>& image) { return net(image); }
