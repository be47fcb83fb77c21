// expect: etch: the options of a fit are named, in braces: {.epochs = 10}
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

#include <vector>

using policy = etch::network<etch::input<3>, etch::dense<2>>;
using trainer = etch::trainer<policy, etch::mean_squared_error, etch::sgd, 4>;

auto train(trainer& t, policy& net, const std::vector<float>& x, const std::vector<float>& y) {
#ifdef ETCH_REJECT
    return t.fit(net, {x, y}, 10);
#else
    return t.fit(net, {x, y}, {10});
#endif
}
