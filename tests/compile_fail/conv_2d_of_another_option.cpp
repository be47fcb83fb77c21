// expect: etch: after its three numbers conv_2d takes the options stride<X, Y>, dilation<X, Y>, padding
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/conv_2d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<3, 4, 4>, etch::conv_2d<4, 3, 3, etch::conv_2d<4>>>;
#else
using filters = etch::network<etch::input<3, 4, 4>, etch::conv_2d<4, 3, 3, etch::padding<1>>>;
#endif

auto answer(const filters& net, const etch::vector<float, filters::inputs>& image) { return net(image); }
