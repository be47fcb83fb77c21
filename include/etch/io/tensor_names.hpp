#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include <etch/network/tensor_table.hpp>

namespace etch::inline ETCH_VARIANT {

/// A tensor for which a framework has another name. `tensor` is etch's name, "weight", or only that of one layer,
/// "layer_norm.weight".
struct renamed_tensor {
    std::string_view tensor, name;  // no initializers: with them g++ 12 rejects a map in braces
};

namespace internal {

/// How loading treats a tensor, apart from copying its numbers.
enum class tensor_kind : std::uint8_t {
    numbers,   ///< nothing
    matrix,    ///< [outputs, inputs]: reversed if the framework keeps [inputs, outputs]
    bias,      ///< zero if the framework has none
    deviation  ///< the framework may add something to it
};
struct named_kind {
    std::string_view tensor;
    tensor_kind kind;
};

/// The names of all tensors in etch's layers. A new one is a row here.
inline constexpr named_kind tensor_kinds[] = {
    {"weight", tensor_kind::matrix},
    {"bias", tensor_kind::bias},
    {"weight_ih", tensor_kind::matrix},
    {"bias_ih", tensor_kind::bias},
    {"weight_hh", tensor_kind::matrix},
    {"bias_hh", tensor_kind::bias},
    {"weight_ih_reverse", tensor_kind::matrix},
    {"bias_ih_reverse", tensor_kind::bias},
    {"weight_hh_reverse", tensor_kind::matrix},
    {"bias_hh_reverse", tensor_kind::bias},
    {"bias_reverse", tensor_kind::bias},
    {"in_proj_weight", tensor_kind::matrix},
    {"in_proj_bias", tensor_kind::bias},
    {"mean", tensor_kind::numbers},
    {"deviation", tensor_kind::deviation},
    {"minimum", tensor_kind::numbers},
    {"maximum", tensor_kind::numbers},
    {"running_mean", tensor_kind::numbers},
    {"running_var", tensor_kind::numbers},
    {"head_scale", tensor_kind::numbers},
};

/// The name of a tensor without those of the enclosing layers: "weight" of "0.weight".
[[nodiscard]] constexpr std::string_view own_name(std::string_view name) noexcept {
    const std::size_t point = name.rfind('.');
    if (point != name.npos) name.remove_prefix(point + 1);  // substr may throw: not for a microcontroller
    return name;
}

/// A matrix of a user's layer is reversed like those of etch's layers.
[[nodiscard]] constexpr tensor_kind kind_of(const network_tensor& tensor) noexcept {
    const std::string_view name = own_name(tensor.name.text);
    for (const auto& [known, kind] : tensor_kinds)
        if (name == known) return kind;
    return tensor_kind::matrix;
}
/// Whether the framework stores it as [inputs, outputs], or [y, x, channels, filters].
[[nodiscard]] constexpr bool is_reversed(const network_tensor& tensor, bool inputs_first) noexcept {
    return inputs_first && tensor.extents.rank >= 2 && kind_of(tensor) == tensor_kind::matrix;
}

/// The framework's name of a tensor: a row for the tensor's layer comes before one for every layer. `own` is the
/// tensor's own name.
[[nodiscard]] constexpr std::string_view renamed(std::string_view own, const network_tensor& tensor,
                                                 std::span<const renamed_tensor> names) noexcept {
    if (names.empty() || names.front().tensor.empty()) return own;
    const std::string_view layer = tensor.layer_name;
    std::string_view found = own;
    for (const renamed_tensor& row : names) {
        if (row.tensor.empty()) break;  // the remaining rows are unused
        std::string_view rest = row.tensor;
        if (rest == own && found == own) found = row.name;
        if (!rest.starts_with(layer)) continue;
        rest.remove_prefix(layer.size());
        if (!rest.starts_with('.')) continue;
        rest.remove_prefix(1);
        if (rest == own) return row.name;
    }
    return found;
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
