// expect: etch: simple_rnn<N, ...>: N is the number of units, after which may come with_relu and then bf16
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/gru.hpp>
#include <etch/layer/simple_rnn.hpp>
#include <etch/network/network.hpp>

#ifdef ETCH_REJECT
using policy = etch::network<etch::input<3>, etch::simple_rnn<4, etch::reset_before>>;
#else
using policy = etch::network<etch::input<3>, etch::simple_rnn<4, etch::with_relu>>;
#endif

auto answer(const policy& net, policy::state& state) { return net({1, 2, 3}, state); }
