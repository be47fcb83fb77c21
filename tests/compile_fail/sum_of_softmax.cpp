// expect: etch: sum_of passes logits to cross_entropy and the like: leave out the softmax or sigmoid
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/loss/sum_of.hpp>
#include <etch/network/network.hpp>
#include <etch/network/parallel.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

#ifdef ETCH_REJECT
using head = etch::branch<etch::dense<4>, etch::softmax>;
#else
using head = etch::branch<etch::dense<4>>;
#endif

using policy = etch::network<etch::input<3>, etch::parallel<head, etch::branch<etch::dense<1>>>>;
using objective = etch::sum_of<etch::on<0, 4, etch::cross_entropy>, etch::on<4, 1, etch::mean_squared_error>>;

etch::stepper<policy, objective, etch::sgd> training;
