// expect: etch: the padding of a pooling layer is at most half as wide and as high as its window
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/max_pool.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<3, 4, 4>, etch::max_pool<3, 3, etch::padding<2>>>;
#else
using filters = etch::network<etch::input<3, 4, 4>, etch::max_pool<3, 3, etch::padding<1>>>;
#endif

auto answer(const filters& net, const etch::vector<float, filters::inputs>& image) { return net(image); }
