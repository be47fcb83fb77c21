// expect: etch: binary_cross_entropy needs the network to end in sigmoid (for softmax there is cross_entropy)
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/log_softmax.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

#ifdef ETCH_REJECT
using classifier = etch::network<etch::input<3>, etch::dense<2>, etch::log_softmax>;
#else
using classifier = etch::network<etch::input<3>, etch::dense<2>, etch::sigmoid>;
#endif
using stepper = etch::stepper<classifier, etch::binary_cross_entropy, etch::sgd>;

auto train(stepper& s, classifier& net) { return s.step(net, {1, 2, 3}, {0, 1}); }
