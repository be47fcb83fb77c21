#pragma once
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/tensor/tensor.hpp>

// How an expression stores its operands: views and expressions by value, a named tensor as a view of it, a temporary
// tensor itself.
namespace etch::inline ETCH_VARIANT::internal {

template <class E>
struct operand {  // an expression is stored by value: its leaves are views
    using type = E;
};
template <class T, std::size_t... Extents>
struct operand<tensor<T, Extents...>&> {  // a named tensor is stored as a view
    using type = tensor_view<const T, Extents...>;
};
template <class T, std::size_t... Extents>
struct operand<const tensor<T, Extents...>&> {
    using type = tensor_view<const T, Extents...>;
};
template <class T, std::size_t... Extents>
struct operand<tensor_view<T, Extents...>> {
    using type = tensor_view<const T, Extents...>;
};
template <class E>
struct operand<E&> : operand<std::remove_const_t<E>> {};

/// The type in which an expression stores an operand.
template <class E>
using operand_t = typename operand<E>::type;

/// The operand as the expression stores it.
template <class E>
ETCH_INLINE constexpr operand_t<E> as_operand(std::remove_reference_t<E>& e) noexcept {
    if constexpr (requires { e.view(); } && !std::is_same_v<operand_t<E>, std::remove_cvref_t<E>>)
        return std::as_const(e).view();
    else
        return e;
}

}  // namespace etch::inline ETCH_VARIANT::internal
