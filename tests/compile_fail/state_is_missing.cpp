// expect: etch: this network carries a state from step to step: pass it, as in net(x, state)
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/gru.hpp>
#include <etch/network/network.hpp>

using amp = etch::network<etch::input<3>, etch::gru<2>>;

auto answer(const amp& net, [[maybe_unused]] amp::state& state) {
#ifdef ETCH_REJECT
    return net({1, 2, 3});
#else
    return net({1, 2, 3}, state);
#endif
}
