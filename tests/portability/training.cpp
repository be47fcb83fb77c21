// Ten steps of each optimiser, schedules and clipping, and fits from end to end.
#include "items.hpp"

namespace golden {

void training() {
    using namespace etch;
    report("sgd", ten_steps<sgd>());
    report("momentum", ten_steps<momentum>());
    report("nesterov", ten_steps<nesterov>());
    report("adagrad", ten_steps<adagrad>());
    report("rmsprop", ten_steps<rmsprop>());
    report("adam", ten_steps<adam>());
    report("adamw", ten_steps<adamw>());
    report("cosine decay, clipped", ten_steps<adam, cosine_decay>({}, {}, {.norm = 0.5}));
    report("exponential decay", ten_steps<momentum, exponential_decay>());
    report("fit of 16 samples", whole_fit<16, 2>());
    report("fit of 500 samples", whole_fit<500, 12>());
}

}  // namespace golden
