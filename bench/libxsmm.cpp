// libxsmm makes a kernel for each product when the contestant is made; the activations are plain loops.
#include <algorithm>
#include <array>
#include <cstddef>

#include <libxsmm.h>

#include "activations.hpp"
#include "contestant.hpp"

namespace {

using kernel = libxsmm_smmfunction;

/// C += A B, or C = A B, column-major: A is m x k, B is k x n.
kernel make_kernel(std::size_t m, std::size_t n, std::size_t k, float beta) {
    const float alpha = 1;
    const int flags = LIBXSMM_GEMM_FLAG_NONE, prefetch = LIBXSMM_GEMM_PREFETCH_NONE;
    return libxsmm_smmdispatch(static_cast<libxsmm_blasint>(m), static_cast<libxsmm_blasint>(n),
                               static_cast<libxsmm_blasint>(k), nullptr, nullptr, nullptr, &alpha, &beta, &flags,
                               &prefetch);
}

/// One sample per column, weights column-major: the outputs are in the kernel's registers.
template <class Network, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) {
        libxsmm_init();
        for (std::size_t i = 0; i < Network::depth; ++i) {
            const std::size_t inputs = Network::inputs_of(i), outputs = Network::layers[i].outputs;
            const std::size_t first = Network::weight_offset(i);
            for (std::size_t o = 0; o < outputs; ++o)
                for (std::size_t k = 0; k < inputs; ++k)
                    parameters_[first + k * outputs + o] = parameters[first + o * inputs + k];
            std::copy_n(parameters + Network::bias_offset(i), outputs, parameters_ + Network::bias_offset(i));
            kernels_[i] = make_kernel(outputs, Samples, inputs, 1);
        }
    }

    const float* operator()(const float* samples) {
        forward_layers<Network, Samples>(parameters_, samples, y_, [&]<std::size_t Layer>(const float* x, float* y) {
            kernels_[Layer](parameters_ + Network::weight_offset(Layer), x, y);
        });
        return y_[Network::depth - 1];
    }

private:
    std::array<kernel, Network::depth> kernels_{};
    alignas(64) float parameters_[Network::parameters];
    alignas(64) float y_[Network::depth][Samples * Network::widest];
};

const bool registered = [] {
    using namespace bench;
    add_single<forward, tiny, policy, quadrotor, legged, digits>("libxsmm");
    add_batches<forward, policy, digits>("libxsmm");
    return true;
}();

}  // namespace
