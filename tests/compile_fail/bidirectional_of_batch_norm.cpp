// expect: etch: standardize, normalize, clip and batch_norm must be before or after unrolled
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/batch_norm.hpp>
#include <etch/layer/gru.hpp>
#include <etch/network/bidirectional.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<2, 3>, etch::bidirectional<etch::batch_norm<>>>;
#else
using policy = etch::network<etch::input<2, 3>, etch::bidirectional<etch::gru<2>>, etch::batch_norm<>>;
#endif

auto answer(const policy& net) { return net({1, 2, 3, 4, 5, 6}); }
