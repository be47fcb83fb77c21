// expect: etch: a sequence_stepper takes a number of sequences
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/gru.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/sequence_stepper.hpp>
#include <etch/training/stepper.hpp>

#ifdef ETCH_REJECT
constexpr std::size_t batch = etch::full_batch;
#else
constexpr std::size_t batch = 32;
#endif

using amp = etch::network<etch::input<3>, etch::gru<2>>;
etch::sequence_stepper<amp, etch::mean_squared_error, etch::sgd, 4, batch> stepper;
