// expect: etch: any_of<...> is a list of networks
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/any_of.hpp>

using walk = etch::network<etch::input<3>, etch::dense<2>>;
#ifdef ETCH_REJECT
using policy_type = etch::any_of<walk, etch::dense<8>>;
#else
using policy_type = etch::any_of<walk>;
#endif

auto answer(const policy_type& policy) { return policy({1, 2, 3}); }
