// expect: etch: conv_2d needs images at least as wide and as high as its kernel
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/conv_2d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<3, 8, 2>, etch::conv_2d<2>>;
#else
using filters = etch::network<etch::input<3, 4, 4>, etch::conv_2d<2>>;
#endif

auto answer(const filters& net, const etch::vector<float, 48>& image) { return net(image); }
