// expect: etch: a step takes the state before its first step as a variable of the stepper's type
// checked with: g++ 12, clang 14, clang 19
#include <vector>

#include <etch/layer/gru.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/sequence_stepper.hpp>

using amp = etch::network<etch::input<3>, etch::gru<2>>;
#ifdef ETCH_REJECT
using state = amp::state;
#else
using state = amp::states<8>;
#endif
using stepper = etch::sequence_stepper<amp, etch::mean_squared_error, etch::sgd, 4, 8>;

auto train(stepper& t, amp& net, const std::vector<float>& x, const std::vector<float>& y, state& at) {
    return t.step(net, x, y, at).code;
}
