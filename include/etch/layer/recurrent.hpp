#pragma once
// What the recurrent layers have in common: see gru, lstm and simple_rnn.
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

}  // namespace etch::inline ETCH_VARIANT::internal
