#pragma once
#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT {

/// In training, drops each element with probability p and scales the rest by 1 / (1 - p), which preserves the mean;
/// outside training, the identity. p is Numerator / Denominator: dropout<20> is 20 %, dropout<1, 3> a third.
///
///     forward     y  = m ⊙ x         m: 0 with probability p, otherwise 1 / (1 - p)
///     backward    dx = m ⊙ dy
///
/// The mask is a function of the trainer's seed, the step, the layer, the sample's position in the batch and the
/// feature, so it is the same on every machine. Source: N. Srivastava et al., "Dropout: A Simple Way to Prevent Neural
/// Networks from Overfitting", 2014.
template <unsigned Numerator, unsigned Denominator = 100>
struct dropout : layer_defaults {
    static_assert(Numerator < Denominator, "etch: dropout needs a probability of at least 0 and below 1");

    static constexpr const char* name = "dropout";
    static constexpr bool elementwise = true;
    static constexpr saved_values saved_for_backward = saved_values::nothing;
    static constexpr bool passes_through = true;

    static constexpr shape output(shape input) { return input; }

    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        if constexpr (Training)
            return std::array{named_tensor{"mask", {In.size() * Columns}}};
        else
            return std::array<named_tensor, 0>{};
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const X& x) {
        if constexpr (Context::training) {
            const auto m = mask<X>(layer);
            fill(m, layer.seed);
            return hadamard(x, m);
        } else {
            return x;
        }
    }

    template <class DY>
    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto&, const auto&, const DY& dy) {
        return hadamard(dy, mask<DY>(layer));
    }

private:
    /// In the shape of the matrix that it masks.
    template <class X>
    ETCH_INLINE static constexpr auto mask(const auto& layer) {
        const auto& [m] = layer.scratch;
        return tensor_view<typename X::value_type, X::rows, X::columns>{m.data()};
    }

    template <class T, std::size_t Rows, std::size_t Columns>
    static constexpr void fill(tensor_view<T, Rows, Columns> m, seed from) {
        // p as a fraction of 2^64, in integers.
        constexpr std::uint64_t drop = ~std::uint64_t{0} / Denominator * Numerator;
        constexpr T scale = static_cast<T>(Denominator) / static_cast<T>(Denominator - Numerator);
        random_generator generator{from};
        for (T& x : m) x = generator() < drop ? T{0} : scale;
    }
};

}  // namespace etch::inline ETCH_VARIANT
