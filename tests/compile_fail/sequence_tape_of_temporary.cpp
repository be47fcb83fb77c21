// expect: etch: the input of a tape must be a variable
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/gru.hpp>
#include <etch/network/sequence_tape.hpp>

using amp = etch::network<etch::input<3>, etch::gru<2>>;

void pass(const amp& net, etch::sequence_tape<amp, 2, 4>& tape) {
    const etch::matrix<float, 3, 2> x{};
#ifdef ETCH_REJECT
    (void)tape.forward(net, 0, etch::matrix<float, 3, 2>{x});
#else
    (void)tape.forward(net, 0, x);
#endif
}
