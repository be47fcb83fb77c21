// expect: etch: last_step needs a sequence for its input
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/last_step.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<6>, etch::last_step>;
#else
using policy = etch::network<etch::input<2, 3>, etch::last_step>;
#endif

auto answer(const policy& net) { return net({1, 2, 3, 4, 5, 6}); }
