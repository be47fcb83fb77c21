// expect: etch: batch_norm takes its statistics from a batch of independent samples
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/batch_norm.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/gru.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/sequence_stepper.hpp>

#ifdef ETCH_REJECT
using amp = etch::network<etch::input<3>, etch::gru<2>, etch::batch_norm<>, etch::dense<1>>;
#else
using amp = etch::network<etch::input<3>, etch::gru<2>, etch::layer_norm<>, etch::dense<1>>;
#endif

etch::sequence_stepper<amp, etch::mean_squared_error, etch::sgd, 4, 8> stepper;
