// expect: etch: the weights of a convolution with groups are not stored as bf16
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/conv_1d.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using filters = etch::network<etch::input<4, 9>, etch::conv_1d<4, 3, etch::groups<2>, etch::stored<etch::bf16>>>;
#else
using filters = etch::network<etch::input<4, 9>, etch::conv_1d<4, 3, etch::stored<etch::bf16>>>;
#endif

auto answer(const filters& net, const etch::vector<float, filters::inputs>& signal) { return net(signal); }
