// expect: etch: cross_entropy needs the network to end in softmax (for sigmoid there is binary_cross_entropy)
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

#ifdef ETCH_REJECT
using classifier = etch::network<etch::input<3>, etch::dense<2>, etch::relu>;
#else
using classifier = etch::network<etch::input<3>, etch::dense<2>, etch::softmax>;
#endif
using trainer = etch::trainer<classifier, etch::cross_entropy, etch::sgd, 4>;

auto train(trainer& t, classifier& net, const etch::data_view<3, 2>& data) { return t.fit(net, data); }
