#pragma once
#include <cstddef>

#include <etch/tensor/tensor_view.hpp>

namespace etch::inline ETCH_VARIANT {

/// An expression that is evaluated into scratch memory when, and only when, an expression that contains it is. There it
/// is a matrix of Rows x Columns, whatever its own shape for the same number of elements. It may have `assign_to`
/// instead of tiles.
template <class E, std::size_t Rows, std::size_t Columns>
struct evaluated_copy : tensor_view<const typename E::value_type, Rows, Columns> {
    using T = typename E::value_type;
    static_assert(E::rows * E::columns == Rows * Columns);

    E of;
    T* scratch;

    constexpr evaluated_copy(const E& e, T* memory) noexcept
        : tensor_view<const T, Rows, Columns>{memory}, of{e}, scratch{memory} {}

    ETCH_INLINE constexpr void prepare() const noexcept {
        internal::assign(tensor_view<T, E::rows, E::columns>{scratch}, of);
    }
};

}  // namespace etch::inline ETCH_VARIANT
