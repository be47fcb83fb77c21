// A long network, to see how compiling grows with its depth: ETCH_CHAIN is the list of its layers.
#include <etch/etch.hpp>

using chain = etch::network<etch::input<16>, ETCH_CHAIN>;

void answer(const chain& net, const float* sample, float* result) {
    const auto answers = net(std::span<const float, chain::inputs>{sample, chain::inputs});
    for (std::size_t i = 0; i < chain::outputs; ++i) result[i] = answers[i];
}
