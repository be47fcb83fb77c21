// expect: etch: the schedule has no option of this name
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;
using trainer = etch::trainer<policy, etch::mean_squared_error, etch::sgd, 4>;

#ifdef ETCH_REJECT
trainer t{{.learning_rate = 1e-3}, {.warmup = 100}};
#else
trainer t{{.learning_rate = 1e-3}, {.warmup_steps = 100}};
#endif
