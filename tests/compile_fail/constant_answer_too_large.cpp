// expect: etch: this network takes more steps than a constant expression may
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/constant_cost.hpp>

#ifdef ETCH_REJECT
using network = etch::network<etch::input<784>, etch::dense<128>, etch::dense<10>>;
#else
using network = etch::network<etch::input<2>, etch::dense<4>, etch::dense<1>>;
#endif

constexpr bool checked() {
    etch::check_constant_answer<network>();
    return true;
}
static_assert(checked());
