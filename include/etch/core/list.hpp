#pragma once
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT::internal {

template <std::size_t I, class T>
struct list_element {
    T value;
};
template <class Indices, class... T>
struct list_of;
template <std::size_t... I, class... T>
struct list_of<std::index_sequence<I...>, T...> : list_element<I, T>... {};

/// A std::tuple of which nothing is left but its elements, made as list<A, B>{{a}, {b}}. (An element of a std::tuple
/// takes every compiler a dozen functions, and all of them are compiled again for each list.)
template <class... T>
using list = list_of<std::index_sequence_for<T...>, T...>;

/// Element I: `get<0>(layer.parameters)`. Structured bindings use it: `const auto& [W, b] = layer.parameters`.
template <std::size_t I, class T>
[[nodiscard]] ETCH_INLINE constexpr const T& get(const list_element<I, T>& element) noexcept {
    return element.value;
}

}  // namespace etch::inline ETCH_VARIANT::internal

template <class Indices, class... T>
struct std::tuple_size<etch::internal::list_of<Indices, T...>> : std::integral_constant<std::size_t, sizeof...(T)> {};
template <std::size_t I, class Indices, class... T>
struct std::tuple_element<I, etch::internal::list_of<Indices, T...>> {
    using type =
        std::remove_reference_t<decltype(get<I>(std::declval<const etch::internal::list_of<Indices, T...>&>()))>;
};
