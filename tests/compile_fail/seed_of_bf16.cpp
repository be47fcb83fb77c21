// expect: etch: weights stored as bf16 are not trained: train a network of dense<...>, and convert it
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2, etch::bf16>>;

#ifdef ETCH_REJECT
policy start() { return policy{etch::seed{1}}; }
#else
policy start() { return policy{}; }
#endif
