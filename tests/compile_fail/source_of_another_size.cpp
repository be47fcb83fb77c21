// expect: etch: the data must hold samples of the network's inputs, outputs and number type
// checked with: g++ 12, clang 14, clang 19
#include <etch/data/windows.hpp>
#include <etch/layer/dense.hpp>
#include <etch/training/evaluate.hpp>

using forecaster = etch::network<etch::input<8>, etch::dense<1>>;
#ifdef ETCH_REJECT
using samples = etch::windows<9>;
#else
using samples = etch::windows<8>;
#endif

auto judge(const forecaster& net, const samples& data) { return etch::evaluate(net, data).code; }
