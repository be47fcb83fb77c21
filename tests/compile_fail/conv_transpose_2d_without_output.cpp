// expect: etch: the padding of conv_transpose_2d cuts off its whole output
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/conv_transpose_2d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<4, 2, 2>, etch::conv_transpose_2d<3, 3, 3, etch::padding<2>>>;
#else
using filters = etch::network<etch::input<4, 2, 2>, etch::conv_transpose_2d<3, 3, 3, etch::padding<1>>>;
#endif

auto answer(const filters& net, const etch::vector<float, filters::inputs>& image) { return net(image); }
