// expect: etch: after the extents of its window a pooling layer takes the options stride<X, Y> and padding
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/max_pool.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<3, 4, 4>, etch::max_pool<2, 2, etch::dilation<2>>>;
#else
using filters = etch::network<etch::input<3, 4, 4>, etch::max_pool<2, 2, etch::stride<1>>>;
#endif

auto answer(const filters& net, const etch::vector<float, filters::inputs>& image) { return net(image); }
