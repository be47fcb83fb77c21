// expect: etch: dense takes how many outputs, then an initializer for its weights, or bf16
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::dense<4, 2>>;
#else
using policy = etch::network<etch::input<3>, etch::dense<4, etch::he_normal>>;
#endif

auto answer(const policy& net) { return net({1, 2, 3}); }
