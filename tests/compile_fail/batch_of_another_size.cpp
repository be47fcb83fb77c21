// expect: etch: a sample must have as many numbers as the network has inputs
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;

#ifdef ETCH_REJECT
using batch = etch::matrix<float, 7, 3>;  // a sample a row instead of a column
#else
using batch = etch::matrix<float, 3, 7>;
#endif

auto answers(const policy& net, const batch& x) { return net(x); }
