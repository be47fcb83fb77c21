// expect: etch: there is no transformer layer: make one of residual<attention<heads>> and others
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/absent.hpp>
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using opening = etch::transformer<8>;
#else
using opening = etch::dense<8>;
#endif

using policy = etch::network<etch::input<3>, opening, etch::dense<2>>;

auto answer(const policy& net) { return net({1, 2, 3}); }
