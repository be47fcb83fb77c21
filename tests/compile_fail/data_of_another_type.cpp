// expect: etch: the data of a fit must hold samples of the network's inputs, outputs and number type
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;
using trainer = etch::trainer<policy, etch::mean_squared_error, etch::sgd, 4>;
#ifdef ETCH_REJECT
using scalar = double;
#else
using scalar = float;
#endif

auto train(trainer& t, policy& net, const etch::data_view<3, 2, scalar>& data) { return t.fit(net, data); }
