// expect: etch: each branch of parallel must end in a vector: put flatten at its end
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/relu.hpp>
#include <etch/network/network.hpp>
#include <etch/network/parallel.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3, 2>, etch::parallel<etch::branch<etch::relu>>>;
#else
using policy = etch::network<etch::input<3, 2>, etch::parallel<etch::branch<etch::relu, etch::flatten>>>;
#endif

auto outputs(const policy& net) { return net({1, 2, 3, 4, 5, 6}); }
