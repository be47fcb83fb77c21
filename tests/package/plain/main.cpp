// What a program needs that deploys a network: one header, and nothing to link.
#include <etch/inference.hpp>

int main() {
    using gate = etch::network<etch::input<2>, etch::dense<4>, etch::tanh, etch::dense<1>>;
    const gate net{etch::seed{42}};
    return net({1, 0}) == net({1, 0}) ? 0 : 1;
}
