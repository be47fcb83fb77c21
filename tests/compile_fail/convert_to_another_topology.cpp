// expect: etch: a network converts to one of the same layers
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/relu.hpp>
#include <etch/network/convert.hpp>

using trained = etch::network<etch::input<3>, etch::dense<4>, etch::relu, etch::dense<2>>;
#ifdef ETCH_REJECT
using deployed = etch::network<etch::input<3>, etch::dense<5, etch::bf16>, etch::relu, etch::dense<2>>;
#else
using deployed = etch::network<etch::input<3>, etch::dense<4, etch::bf16>, etch::relu, etch::dense<2>>;
#endif

auto round(const trained& net) { return etch::convert<deployed>(net); }
