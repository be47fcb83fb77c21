// expect: etch: weights stored as bf16 are not trained: train a network of dense<...>, and convert it
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::dense<2, etch::bf16>>;
#else
using policy = etch::network<etch::input<3>, etch::dense<2>>;
#endif
using trainer = etch::trainer<policy, etch::mean_squared_error, etch::sgd, 4>;

auto train(trainer& t, policy& net, const etch::data_view<3, 2>& data) { return t.fit(net, data); }
