// expect: etch: dense needs a vector for its input: put flatten before it
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using classifier = etch::network<etch::input<4, 4>, etch::dense<2>>;
#else
using classifier = etch::network<etch::input<4, 4>, etch::flatten, etch::dense<2>>;
#endif

auto answer(const classifier& net, const etch::matrix<float, 4, 4>& image) { return net(image); }
