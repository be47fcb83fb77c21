// expect: etch: a network that is const cannot be trained
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;
using trainer = etch::trainer<policy, etch::mean_squared_error, etch::sgd, 4>;
#ifdef ETCH_REJECT
using trained = const policy;
#else
using trained = policy;
#endif

auto train(trainer& t, trained& net, const etch::data_view<3, 2>& data) { return t.fit(net, data, {.epochs = 3}); }
