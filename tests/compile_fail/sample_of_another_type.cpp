// expect: etch: a sample must consist of numbers of the network's type
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;
#ifdef ETCH_REJECT
using scalar = double;
#else
using scalar = float;
#endif

auto answer(const policy& net, const std::array<scalar, 3>& x) { return net(x); }
