// expect: etch: the losses of sum_of must be in the order of their outputs, and no two may see the same one
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/loss/sum_of.hpp>
#include <etch/network/network.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

#ifdef ETCH_REJECT
using second = etch::on<3, 1, etch::mean_squared_error>;
#else
using second = etch::on<4, 1, etch::mean_squared_error>;
#endif

using policy = etch::network<etch::input<3>, etch::dense<5>>;

etch::stepper<policy, etch::sum_of<etch::on<0, 4, etch::mean_squared_error>, second>, etch::sgd> training;
