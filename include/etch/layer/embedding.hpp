#pragma once
#include <array>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <etch/core/index.hpp>
#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT {

/// A trained vector for each of a few values: of a class, a word, a joint's type. The input is the number of the value,
/// 0, 1, ..., Vocabulary - 1, or several such numbers, each of which becomes its vector.
///
///     forward     y(:, p)  = W(x(p), :)           position p
///     backward    dW(i, :) = Σ dy(:, p)           over all positions and samples with x(p) = i; 0 in other rows
///                 dx       = 0                    a number that is an index has no gradient
///
/// Shapes: from {1} to {Size}; from {n} to {Size, n}, the vectors of n positions one after the other, as layers that
/// look at channels expect them: before dense, put flatten. W is Vocabulary x Size, called weight as in PyTorch, and
/// drawn with variance 1 as there.
///
/// A number that is not an index, since it is not whole, negative or too large, gives a vector of NaN. If this is the
/// first layer, or the first in a branch, also behind slice, fit and evaluate name such a number (invalid_index) before
/// they begin. Whatever the number, computing
/// takes the same time.
/// Numerics: dW is added in the order of samples and positions. Cost: one copy of Size numbers per position; one-hot
/// inputs and dense would take Vocabulary * Size multiply-adds.
/// Source: Y. Bengio et al., "A Neural Probabilistic Language Model", 2003.
template <std::size_t Vocabulary, std::size_t Size>
struct embedding : layer_defaults {
    static_assert(Vocabulary > 0 && Size > 0, "etch: embedding<Vocabulary, Size> needs at least one of each");
    static_assert(Vocabulary <= 1u << 24,
                  "etch: an embedding of more than 16777216 values has indices that are not "
                  "exact in a float");

    static constexpr const char* name = "embedding";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool stored_output = true;
    static constexpr bool recuts = true;
    static constexpr std::size_t indices_below = Vocabulary;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank == 1, "etch: embedding needs a vector of indices for its input: input<positions>");
    }

    static constexpr shape output(shape input) {
        if (input.size() == 1) return {Size};
        return {Size, input.size()};
    }

    template <shape In>
    static constexpr std::array<parameter, 1> parameters() {
        return {parameter{.name = "weight", .extents = {Vocabulary, Size}, .initializer = lecun_normal}};
    }

    template <class X>
    ETCH_INLINE static constexpr auto forward(const auto& layer, const X& x) {
        const auto& [W] = layer.parameters;
        return looked_up<std::remove_cvref_t<decltype(W)>, X>{W, x};
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto& x, const auto& /*y*/, const auto& dy) {
        const auto& [dW] = layer.gradients;
        if constexpr (internal::is_view<std::remove_cvref_t<decltype(dW)>>)  // not frozen
            for (std::size_t p = 0; p < x.size(); ++p) {
                const place at{x.data()[p]};
                if (at.is_index)
                    for (std::size_t i = 0; i < Size; ++i) dW(at.row, i) += dy.data()[p * Size + i];
            }
        return map([](auto number) ETCH_INLINE_LAMBDA { return decltype(number)(0); }, x);
    }

private:
    using place = internal::index_below<Vocabulary>;

    /// A column per position, evaluated where it is stored.
    template <class Weight, class X>
    struct looked_up : expression {
        using value_type = typename X::value_type;
        static constexpr std::size_t rows = Size, columns = X::rows * X::columns, partial_sums = 1;
        Weight W;
        X x;

        explicit constexpr looked_up(const Weight& w, const X& numbers) noexcept : W{w}, x{numbers} {}

        constexpr void assign_to(const auto& y) const noexcept {
            // -0 is the number whose sum with any other has the bits of the other.
            constexpr value_type added[] = {std::numeric_limits<value_type>::quiet_NaN(), value_type{-0.0}};
            for (std::size_t p = 0; p < columns; ++p) {
                const place at{x.data()[p]};
                for (std::size_t i = 0; i < Size; ++i)
                    y.data()[p * Size + i] = W(at.row, i) + added[static_cast<std::size_t>(at.is_index)];
            }
        }
    };
};

}  // namespace etch::inline ETCH_VARIANT
