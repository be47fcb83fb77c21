// expect: etch: inputs and targets must be contiguous numbers of the network's type
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

#include <vector>

using policy = etch::network<etch::input<3>, etch::dense<2>>;
using trainer = etch::trainer<policy, etch::mean_squared_error, etch::sgd, 4>;
#ifdef ETCH_REJECT
using scalar = int;
#else
using scalar = float;
#endif

auto train(trainer& t, policy& net, const std::vector<scalar>& x, const std::vector<float>& y) {
    return t.fit(net, {x, y}, {.epochs = 3});
}
