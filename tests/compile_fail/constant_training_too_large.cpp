// expect: etch: this training takes more steps than a constant expression may
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/constant_cost.hpp>

using gate = etch::network<etch::input<2>, etch::dense<4>, etch::tanh, etch::dense<1>>;

#ifdef ETCH_REJECT
constexpr int updates = 100'000;
#else
constexpr int updates = 20;
#endif

constexpr int train() {
    etch::check_constant_training<gate, updates, 4>();
    return updates;
}
static_assert(train() == updates);
