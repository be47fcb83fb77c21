// expect: etch: a network that is const cannot be trained
// checked with: g++ 12, clang 14, clang 19
#include <etch/data/windows.hpp>
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

using forecaster = etch::network<etch::input<8>, etch::dense<1>>;
using trainer = etch::trainer<forecaster, etch::mean_squared_error, etch::sgd, 4>;

auto train(trainer& t, forecaster& net, const etch::windows<8>& past) {
#ifdef ETCH_REJECT
    return t.fit(static_cast<const forecaster&>(net), past, {.epochs = 3}).code;
#else
    return t.fit(net, past, {.epochs = 3}).code;
#endif
}
