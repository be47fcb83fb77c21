// expect: etch: evaluate_regression compares each output with an element of the target
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/loss/sparse_cross_entropy.hpp>
#include <etch/training/evaluate.hpp>

using classifier = etch::network<etch::input<3>, etch::dense<2>, etch::softmax>;

auto judge(const classifier& net, const etch::data_view<3, 1>& data) {
#ifdef ETCH_REJECT
    return etch::evaluate_regression<etch::sparse_cross_entropy>(net, data);
#else
    return etch::evaluate<etch::sparse_cross_entropy>(net, data);
#endif
}
