// expect: etch: input needs at least one number in each extent
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<0>, etch::dense<2>>;
#else
using policy = etch::network<etch::input<3>, etch::dense<2>>;
#endif

auto answer(const policy& net, const etch::vector<float, 3>& sample) { return net(sample); }
