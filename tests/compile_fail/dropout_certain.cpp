// expect: etch: dropout needs a probability of at least 0 and below 1
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::dropout<100>, etch::dense<2>>;
#else
using policy = etch::network<etch::input<3>, etch::dropout<99>, etch::dense<2>>;
#endif

auto answer(const policy& net) { return net({1, 2, 3}); }
