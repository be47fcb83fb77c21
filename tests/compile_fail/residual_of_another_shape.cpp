// expect: etch: the layers of a residual must preserve their input's shape
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>
#include <etch/network/residual.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::residual<etch::dense<4>>, etch::dense<2>>;
#else
using policy = etch::network<etch::input<3>, etch::residual<etch::dense<4>, etch::dense<3>>, etch::dense<2>>;
#endif

auto answer(const policy& net) { return net({1, 2, 3}); }
