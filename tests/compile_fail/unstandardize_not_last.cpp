// expect: etch: unstandardize gives outputs in the units of the targets
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/unstandardize.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::unstandardize, etch::dense<2>>;
#else
using policy = etch::network<etch::input<3>, etch::dense<2>, etch::unstandardize>;
#endif

auto answer(const policy& net) { return net({1, 2, 3}); }
