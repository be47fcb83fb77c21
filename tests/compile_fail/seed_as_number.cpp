// expect: etch: a seed is written as one: network{etch::seed{42}}
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>

using policy = etch::network<etch::input<3>, etch::dense<2>>;
#ifdef ETCH_REJECT
const policy net{42};
#else
const policy net{etch::seed{42}};
#endif

auto answer() { return net({1, 2, 3}); }
