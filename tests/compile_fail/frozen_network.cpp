// expect: etch: frozen<L> is a layer that training does not change
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy =
    etch::network<etch::input<3>, etch::frozen<etch::network<etch::input<3>, etch::dense<4>>>, etch::dense<1>>;
#else
using policy = etch::network<etch::input<3>, etch::frozen<etch::dense<4>>, etch::dense<1>>;
#endif

auto answer(const policy& net) { return net({1, 2, 3}); }
