// expect: etch: this state is that of another network: pass a variable of the type Net::state
// checked with: g++ 12, clang 14, clang 19
#include <array>

#include <etch/layer/gru.hpp>
#include <etch/network/network.hpp>

using amp = etch::network<etch::input<3>, etch::gru<2>>;
#ifdef ETCH_REJECT
using state = etch::network<etch::input<3>, etch::gru<4>>::state;
#else
using state = amp::state;
#endif

auto answer(const amp& net, const std::array<float, 3>& x, state& at) { return net(x, at); }
