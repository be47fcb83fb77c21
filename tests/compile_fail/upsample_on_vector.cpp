// expect: etch: upsample needs images or signals for its input: input<channels, width, height>
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/upsample.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<12>, etch::upsample<2>>;
#else
using filters = etch::network<etch::input<3, 4>, etch::upsample<2>>;
#endif

auto answer(const filters& net, const etch::vector<float, filters::inputs>& image) { return net(image); }
