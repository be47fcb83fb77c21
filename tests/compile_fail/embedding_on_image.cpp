// expect: etch: embedding needs a vector of indices for its input: input<positions>
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/embedding.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<2, 4>, etch::embedding<3, 5>>;
#else
using policy = etch::network<etch::input<8>, etch::embedding<3, 5>>;
#endif

auto outputs(const policy& net, const etch::vector<float, policy::inputs>& x) { return net(x); }
