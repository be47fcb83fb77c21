// The same as in training.cpp, as far as it fits, computed by the compiler.
#include "items.hpp"

namespace golden {

void constants() {
    using namespace etch;
    static constexpr digest by_sgd = ten_steps<sgd>(), by_momentum = ten_steps<momentum>(),
                            by_nesterov = ten_steps<nesterov>(), by_adagrad = ten_steps<adagrad>(),
                            by_rmsprop = ten_steps<rmsprop>(), by_adam = ten_steps<adam>(),
                            by_adamw = ten_steps<adamw>(), by_fit = whole_fit<16, 2>();
    report("sgd, constant", by_sgd);
    report("momentum, constant", by_momentum);
    report("nesterov, constant", by_nesterov);
    report("adagrad, constant", by_adagrad);
    report("rmsprop, constant", by_rmsprop);
    report("adam, constant", by_adam);
    report("adamw, constant", by_adamw);
    report("fit of 16 samples, constant", by_fit);
}

}  // namespace golden
