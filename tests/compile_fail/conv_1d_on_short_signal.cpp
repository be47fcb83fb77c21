// expect: etch: conv_1d needs signals at least as long as its kernel
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/conv_1d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<3, 4>, etch::conv_1d<4, 3, etch::dilation<2>>>;
#else
using filters = etch::network<etch::input<3, 4>, etch::conv_1d<4, 3, etch::dilation<2>, etch::padding<1, 0>>>;
#endif

auto answer(const filters& net, const etch::vector<float, filters::inputs>& image) { return net(image); }
