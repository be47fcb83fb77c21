// expect: etch: lstm needs a vector for its input
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/flatten.hpp>
#include <etch/layer/lstm.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<1, 3>, etch::lstm<2>>;
#else
using policy = etch::network<etch::input<1, 3>, etch::flatten, etch::lstm<2>>;
#endif

auto answer(const policy& net, policy::state& state) { return net({1, 2, 3}, state); }
