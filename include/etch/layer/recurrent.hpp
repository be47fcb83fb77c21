#pragma once
// What the recurrent layers have in common: see gru, lstm and simple_rnn.
#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include <etch/layer/layer.hpp>
#include <etch/tensor/transposed_product.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// How many of a layer's options are this value.
template <auto Value, auto... Options>
inline constexpr std::size_t count_option = (std::size_t{0} + ... + (is_same_value<Value, Options> ? 1 : 0));

/// Packed if Format is bf16, otherwise Plain: the two forms of a layer.
template <auto Format, class Packed, class Plain>
using form_for = std::conditional_t<is_same_value<Format, bf16>, Packed, Plain>;

/// weight_ih, Gates Units x inputs, and weight_hh, Gates Units x Units: the gates' matrices one below the other, drawn
/// gate by gate. `Packed`: stored as bf16.
template <std::size_t Gates, std::size_t Units, bool Packed>
constexpr std::array<parameter, 2> recurrent_weights(std::size_t inputs) noexcept {
    const auto weight = [](const char* name, std::size_t columns) {
        return parameter{.name = name,
                         .extents = {Gates * Units, columns},
                         .initializer = glorot_uniform,
                         .role = Packed ? parameter_role::frozen : parameter_role::trained,
                         .format = Packed ? weight_format::bf16 : weight_format::number,
                         .fan_in = columns,
                         .fan_out = Units};
    };
    return {weight("weight_ih", inputs), weight("weight_hh", Units)};
}

/// What the gradient of the right factor of a product takes in training: see transposed_product.
constexpr named_tensor transposed_weight(const char* name, std::size_t weights, std::size_t columns,
                                         bool training) noexcept {
    return {name, {training ? transposed_product_scratch(weights, columns) : 0}};
}

/// Whether the products with the inputs are enough of a step to be computed for several steps at once.
constexpr bool blocks_pay(shape input) noexcept { return input.size() >= 8; }

/// The steps of a block in pieces of so many, few enough that the products with their inputs stay in the L1 cache.
inline constexpr std::size_t steps_of_piece = 8;

/// What a block needs: the products of a piece's inputs with weight_ih, which has `rows`, and all outputs.
template <std::size_t Units, std::size_t Steps>
constexpr std::array<named_tensor, 2> recurrent_block(std::size_t rows) noexcept {
    return {named_tensor{"sums of the inputs", {rows, (std::min)(steps_of_piece, Steps)}},
            named_tensor{"outputs", {Units, Steps}}};
}

/// The steps of a block: `sums` = W x + b for all steps of a piece at once, as they depend on no state, and then
/// advance(a column of sums), which returns the output, step by step. The sum of a step continues where the product
/// with its input ended, so that the bits are those of single steps.
template <std::size_t First = 0, class Weight, class X, class Bias, class Sums, class Outputs, class F>
ETCH_INLINE constexpr void for_each_step(const Weight& W, const X& x, const Bias& b, const Sums& sums,
                                         const Outputs& outputs, const F& advance) noexcept {
    if constexpr (First < X::columns) {
        using T = typename X::value_type;
        constexpr std::size_t count = (std::min)(Sums::columns, X::columns - First);
        const matrix_view<T, Sums::rows, count> piece{sums.data()};
        piece = W * matrix_view<const T, X::rows, count>{x.data() + First * X::rows} + b;
        for (std::size_t t = 0; t < count; ++t) outputs.column(First + t) = advance(piece.column(t));
        for_each_step<First + count>(W, x, b, sums, outputs, advance);
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
