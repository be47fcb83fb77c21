#pragma once
#include <concepts>
#include <cstddef>
#include <type_traits>

#include <etch/tensor/transpose.hpp>

// How a product stores its factors, which are read many times: a factor that can be read element by element stays in
// place, any other is evaluated first, into the product itself.
namespace etch::inline ETCH_VARIANT::internal {

/// A row whose elements are not contiguous in memory, or a column that is the transpose of one. It is copied, so that
/// its products have the same bits as those of the copy.
template <class E>
inline constexpr bool is_line_with_gaps = is_line<E> && !Stored<E> && (InMemory<E> || is_transpose<E>);

template <class E>
ETCH_INLINE constexpr auto factor(std::remove_reference_t<E>& e) noexcept {
    using Plain = std::remove_cvref_t<E>;
    if constexpr (requires { e(std::size_t{}, std::size_t{}); } && !is_line_with_gaps<Plain>)
        return operand_t<E>(as_operand<E>(e));
    else
        return tensor<typename Plain::value_type, Plain::rows, Plain::columns>(e);
}

/// A single row is multiplied as dot products, which read it from memory. If a row is not stored as numbers of its type
/// (bfloat16, for example), it is unpacked first, so that the product has the same bits as that of the unpacked row.
template <class E>
ETCH_INLINE constexpr auto left_factor(std::remove_reference_t<E>& e) noexcept {
    using Plain = std::remove_cvref_t<E>;
    if constexpr (Plain::rows == 1 && !Stored<Plain>)
        return tensor<typename Plain::value_type, Plain::rows, Plain::columns>(e);
    else
        return factor<E>(e);
}

template <class L, class R>
concept Multipliable = L::columns == R::rows && std::same_as<typename L::value_type, typename R::value_type>;

}  // namespace etch::inline ETCH_VARIANT::internal
