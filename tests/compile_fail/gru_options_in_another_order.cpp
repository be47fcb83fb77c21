// expect: etch: gru<N, ...>: N is the number of units, after which may come reset_before and then bf16
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/gru.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::gru<4, etch::bf16, etch::reset_before>>;
#else
using policy = etch::network<etch::input<3>, etch::gru<4, etch::reset_before, etch::bf16>>;
#endif

auto answer(const policy& net, policy::state& state) { return net({1, 2, 3}, state); }
