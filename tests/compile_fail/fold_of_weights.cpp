// expect: etch: fold takes a network with its weights
// checked with: g++ 12, clang 14, clang 19
#include <etch/etch.hpp>

using policy = etch::network<etch::input<2>, etch::dense<3>, etch::batch_norm<>, etch::relu, etch::dense<1>>;

int main() {
    policy net{etch::seed{1}};
#ifdef ETCH_REJECT
    (void)etch::fold(net.parameters());
#else
    return etch::fold(net)({1, 2})[0] > 1000 ? 1 : 0;
#endif
}
