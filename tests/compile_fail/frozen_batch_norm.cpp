// expect: etch: a layer that computes statistics of a batch, as batch_norm does, cannot be frozen yet
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/batch_norm.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::frozen<etch::batch_norm<>>, etch::dense<2>>;
#else
using policy = etch::network<etch::input<3>, etch::batch_norm<>, etch::frozen<etch::dense<2>>>;
#endif

auto outputs(const policy& net) { return net({1, 2, 3}); }
