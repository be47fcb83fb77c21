// expect: etch: conv_transpose_2d needs images for its input: input<channels, width, height>
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/conv_transpose_2d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<4, 2>, etch::conv_transpose_2d<3>>;
#else
using filters = etch::network<etch::input<4, 2, 2>, etch::conv_transpose_2d<3>>;
#endif

auto answer(const filters& net, const etch::vector<float, filters::inputs>& image) { return net(image); }
