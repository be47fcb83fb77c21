// expect: etch: a pooling layer needs images at least as wide and as high as its window
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/max_pool.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<3, 4, 4>, etch::max_pool<5>>;
#else
using filters = etch::network<etch::input<3, 4, 4>, etch::max_pool<4>>;
#endif

auto answer(const filters& net, const etch::vector<float, filters::inputs>& image) { return net(image); }
