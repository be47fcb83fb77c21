// expect: etch: an option of this fit has another type: validation is a data_view or a data_set
// checked with: g++ 12, clang 14, clang 19
#include <etch/data/windows.hpp>
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

using forecaster = etch::network<etch::input<8>, etch::dense<1>>;
using trainer = etch::trainer<forecaster, etch::mean_squared_error, etch::sgd, 4>;

auto train(trainer& t, forecaster& net, const etch::windows<8>& past, const etch::windows<8>& future) {
#ifdef ETCH_REJECT
    return t.fit(net, past, {.epochs = 3, .validation = future}).code;
#else
    return t.fit(net, past, future, {.epochs = 3}).code;
#endif
}
