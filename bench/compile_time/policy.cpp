// What a deployed program compiles: one network, one sample. ETCH_HEADER is <etch/etch.hpp> or <etch/inference.hpp>.
#include ETCH_HEADER

using policy = etch::network<etch::input<17>, etch::dense<64>, etch::tanh, etch::dense<64>, etch::tanh, etch::dense<6>>;

void answer(const policy& net, const float* sample, float* result) {
    const auto answers = net(std::span<const float, policy::inputs>{sample, policy::inputs});
    for (std::size_t i = 0; i < policy::outputs; ++i) result[i] = answers[i];
}
