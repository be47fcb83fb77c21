// expect: etch: evaluate expects one class per sample, but several sigmoids predict several labels
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/training/evaluate.hpp>

#ifdef ETCH_REJECT
constexpr std::size_t outputs = 2;
#else
constexpr std::size_t outputs = 1;
#endif
using answers = etch::network<etch::input<3>, etch::dense<outputs>, etch::sigmoid>;

auto judge(const answers& net, const etch::data_view<3, outputs>& data) { return etch::evaluate(net, data); }
