// expect: etch: this network carries a state from step to step, so it cannot be evaluated on single
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/gru.hpp>
#include <etch/training/evaluate.hpp>

#ifdef ETCH_REJECT
using amp = etch::network<etch::input<3>, etch::gru<2>>;
#else
using amp = etch::network<etch::input<3>, etch::dense<2>>;
#endif

auto judge(const amp& net, const etch::data_view<3, 2>& data) { return etch::evaluate(net, data).code; }
