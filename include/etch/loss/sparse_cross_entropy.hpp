#pragma once
#include <array>
#include <cstddef>

#include <etch/loss/cross_entropy.hpp>

namespace etch::inline ETCH_VARIANT {

/// cross_entropy with the index of the right class as its target, one number instead of one per class: for class c
///
///     L = -log softmax(z)_c
///     ∂L/∂z = softmax(z) - e_c        e_c: 1 for class c, 0 for the others
///
/// Value and gradient have the bits of cross_entropy with one-hot targets. `fit` and `evaluate` reject an index that is
/// not a whole number from 0 to outputs - 1. A float is exact for up to 16777216 classes.
struct sparse_cross_entropy {
    static constexpr const char* name = "sparse_cross_entropy";
    using fused_activation = cross_entropy::fused_activation;
    static constexpr target_kind expects = target_kind::class_index;
    static constexpr std::size_t targets(std::size_t) { return 1; }

    template <class LastLayer>
    static constexpr void(check)() {
        static_assert(internal::is_fused<sparse_cross_entropy, LastLayer>(),
                      "etch: sparse_cross_entropy needs the network to end in softmax (for sigmoid there is "
                      "binary_cross_entropy)");
    }

    template <class Z>
    ETCH_INLINE static constexpr auto value(const Z& z, const auto& classes) {
        return cross_entropy::value(z, one_hot<Z>(classes));
    }
    template <class Z>
    ETCH_INLINE static constexpr auto gradient(const Z& z, const auto& classes) {
        return cross_entropy::gradient(z, one_hot<Z>(classes));
    }

private:
    /// The one-hot columns of the indices, one per sample, as an expression: nothing is stored.
    template <class T, std::size_t Rows, std::size_t Columns>
    struct one_hot_columns : expression {
        using value_type = T;
        static constexpr std::size_t rows = Rows, columns = Columns, partial_sums = 1;
        std::array<T, Columns> classes{};

        /// 0, 1, 2, ...
        template <std::size_t Count>
        static constexpr std::array<T, Count> counted = [] {
            std::array<T, Count> numbers{};
            for (std::size_t i = 0; i < Count; ++i) numbers[i] = static_cast<T>(i);
            return numbers;
        }();

        template <class V, std::size_t P, std::size_t C>
        ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
            using pack = typename V::pack;
            tile<V, P, C> result;
            ETCH_UNROLL(c, C) {
                const pack index(classes[column + c]);
                ETCH_UNROLL(p, P) {
                    const pack away =
                        V::load(counted<V::size>.data()) + pack(static_cast<T>(row + p * V::size)) - index;
                    result.value[c][p] = select(magnitude(away) < pack(T{0.5}), pack(T{1}), pack(T{0}));
                }
            }
            return result;
        }
    };

    template <class Z>
    ETCH_INLINE static constexpr auto one_hot(const auto& classes) {
        one_hot_columns<typename Z::value_type, Z::rows, Z::columns> result;
        for (std::size_t j = 0; j < Z::columns; ++j) result.classes[j] = classes(0, j);
        return result;
    }
};

}  // namespace etch::inline ETCH_VARIANT
