// expect: etch: a network of any_of<...> carries a state from step to step
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/gru.hpp>
#include <etch/network/any_of.hpp>

using brain_type =
    etch::any_of<etch::network<etch::input<3>, etch::gru<2>>, etch::network<etch::input<3>, etch::dense<2>>>;

auto answer(const brain_type& brain, [[maybe_unused]] brain_type::state& state) {
#ifdef ETCH_REJECT
    return brain({1, 2, 3});
#else
    return brain({1, 2, 3}, state);
#endif
}
