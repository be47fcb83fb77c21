// expect: etch: film needs three times as many channels as it has outputs
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/film.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<4>, etch::film>;
#else
using policy = etch::network<etch::input<6>, etch::film>;
#endif

auto outputs(const policy& net, const etch::vector<float, policy::inputs>& x) { return net(x); }
