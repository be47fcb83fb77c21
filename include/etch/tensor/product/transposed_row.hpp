#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/tensor/transpose.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Whether a product is a single row that can be computed as a column,
///
///     y = x A + s    as    yᵀ = Aᵀ xᵀ + sᵀ
///
/// which has rows along which lanes can run: if the transpose of everything in it is a view of the same memory. That is
/// so for a row and for Aᵀ, but not for a matrix, so this is for x Aᵀ.
template <class Left, class Right, class Start>
inline constexpr bool evaluates_transposed =
    Left::rows == 1 && Right::columns > 1 &&
    has_transposed_view<Left>&& has_transposed_view<Right>&& has_transposed_view<Start>;
template <class Left, class Right>
inline constexpr bool evaluates_transposed<Left, Right, void> =
    Left::rows == 1 && Right::columns > 1 && has_transposed_view<Left>&& has_transposed_view<Right>;

}  // namespace etch::inline ETCH_VARIANT::internal
