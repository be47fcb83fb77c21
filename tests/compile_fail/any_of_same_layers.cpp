// expect: etch: the networks of any_of<...> must differ in their layers
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/any_of.hpp>

using walk = etch::network<etch::input<3>, etch::dense<2>>;
#ifdef ETCH_REJECT
using run = etch::network<etch::input<3>, etch::dense<2, etch::he_normal>>;  // initialized otherwise
#else
using run = etch::network<etch::input<3>, etch::dense<8>, etch::dense<2>>;
#endif

auto answer(const etch::any_of<walk, run>& policy) { return policy({1, 2, 3}); }
