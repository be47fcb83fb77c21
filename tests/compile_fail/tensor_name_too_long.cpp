// expect: etch: the name of a tensor has at most 30 characters
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/batch_norm.hpp>
#include <etch/network/network.hpp>
#include <etch/network/residual.hpp>

template <class... Layers>
using four = etch::residual<etch::residual<etch::residual<etch::residual<Layers...>>>>;

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, four<four<four<etch::batch_norm<>>>>>;
#else
using policy = etch::network<etch::input<3>, four<four<etch::batch_norm<>>>>;
#endif

auto answer(const policy& net) { return net({1, 2, 3}); }
