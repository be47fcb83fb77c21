// expect: etch: every layer of this network is frozen, so there is nothing to train
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/network.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::frozen<etch::dense<4>>>;
#else
using policy = etch::network<etch::input<3>, etch::frozen<etch::dense<4>>, etch::dense<2>>;
#endif

etch::stepper<policy, etch::mean_squared_error, etch::sgd> training;
