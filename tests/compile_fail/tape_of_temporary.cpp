// expect: etch: the input of a tape must be a variable
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/network/tape.hpp>

using net_type = etch::network<etch::input<2>, etch::dense<1>>;

void pass(const net_type& net, etch::tape<net_type>& tape) {
    const etch::vector<float, 2> x{1.0f, 2.0f};
#ifdef ETCH_REJECT
    (void)tape.forward(net, etch::vector<float, 2>{x});
#else
    (void)tape.forward(net, x);
#endif
}
