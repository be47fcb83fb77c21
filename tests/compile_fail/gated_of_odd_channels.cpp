// expect: etch: gated needs an even number of channels
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/gated.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<5>, etch::gated<etch::tanh, etch::sigmoid>>;
#else
using policy = etch::network<etch::input<6>, etch::gated<etch::tanh, etch::sigmoid>>;
#endif

auto outputs(const policy& net, const etch::vector<float, policy::inputs>& x) { return net(x); }
