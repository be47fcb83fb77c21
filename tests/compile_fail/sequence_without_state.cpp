// expect: etch: a step takes the state before its first step as a variable
// checked with: g++ 12, clang 14, clang 19
#include <vector>

#include <etch/layer/gru.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/sequence_stepper.hpp>

using amp = etch::network<etch::input<3>, etch::gru<2>>;
using stepper = etch::sequence_stepper<amp, etch::mean_squared_error, etch::sgd, 4>;
using numbers = std::vector<float>;

auto train(stepper& t, amp& net, const numbers& x, const numbers& y, [[maybe_unused]] amp::state& at) {
#ifdef ETCH_REJECT
    return t.step(net, x, y).code;
#else
    return t.step(net, x, y, at).code;
#endif
}
