#pragma once
#include <utility>

#include <etch/layer/softmax.hpp>
#include <etch/math/log.hpp>

namespace etch::inline ETCH_VARIANT {

/// The logarithms of softmax: of the probabilities of classes of which exactly one is right.
///
///     forward     a  = (z - m) - log Σ e^(z - m)           m = max z, per sample
///     backward    dz = da - e^a Σ da
///
/// A probability that softmax rounds to 0 has a finite logarithm here, and that of the likely class keeps its relative
/// precision. The prediction is the class of the largest, as after softmax. As the last layer, use it with
/// cross_entropy or sparse_cross_entropy (PyTorch's NLLLoss after LogSoftmax): they get the logits z, so that training
/// has the same bits as with softmax.
struct log_softmax : layer_defaults {
    static constexpr const char* name = "log_softmax";
    static constexpr output_kind predicts = output_kind::class_probabilities;
    static constexpr output_range range{.high = 0};
    static constexpr initializer preferred = glorot_uniform;
    static constexpr saved_values saved_for_backward = saved_values::output;

    static constexpr shape output(shape input) { return input; }

    ETCH_INLINE static constexpr auto forward(const auto&, const auto& z) {
        using Z = std::remove_cvref_t<decltype(z)>;
        using Row = tensor<typename Z::value_type, 1, Z::columns>;
        Row most = max_rows(z);
        Row log_sum =
            map([](auto s) ETCH_INLINE_LAMBDA { return math::log(s); }, sum_rows(internal::exponential(z - most)));
        return z - std::move(most) - std::move(log_sum);  // by value: it outlives them
    }

    ETCH_INLINE static constexpr auto backward(const auto&, const auto&, const auto& a, const auto& da) {
        return da - hadamard(internal::exponential(a), sum_rows(da));
    }
};

}  // namespace etch::inline ETCH_VARIANT
