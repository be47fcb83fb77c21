// expect: etch: the optimizer has no option of this name: the rate is learning_rate, momentum is
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/momentum.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;

#ifdef ETCH_REJECT
using descent = etch::sgd;
#else
using descent = etch::momentum;
#endif

etch::trainer<policy, etch::mean_squared_error, descent, 4> t{{.learning_rate = 1e-3, .momentum = 0.8}};
