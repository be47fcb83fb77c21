// expect: etch: a network with state is trained over sequences, by a sequence_stepper
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/gru.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

#ifdef ETCH_REJECT
using amp = etch::network<etch::input<3>, etch::gru<2>>;
#else
using amp = etch::network<etch::input<3>, etch::dense<2>>;
#endif
using trainer = etch::trainer<amp, etch::mean_squared_error, etch::sgd, 4>;

auto train(trainer& t, amp& net, const etch::data_view<3, 2>& data) { return t.fit(net, data).code; }
