#pragma once
#include <cstddef>

#include <etch/tensor/product.hpp>

namespace etch::inline ETCH_VARIANT {

/// How much scratch memory the product below takes, for a matrix of so many numbers.
constexpr std::size_t transposed_product_scratch(std::size_t size, std::size_t columns) noexcept {
    return columns > 1 ? size : 0;
}

/// Aᵀ B, the gradient of the right factor in A X. Several columns of B share one transposed copy of A, made in
/// `scratch` when the product is evaluated; a single one takes dot products with the columns of A.
template <InMemory A, Expression B>
[[nodiscard]] ETCH_INLINE constexpr auto transposed_product(const A& a, const B& b,
                                                            [[maybe_unused]] typename A::value_type* scratch) noexcept {
    if constexpr (B::columns > 1)
        return transpose(a, scratch) * b;
    else
        return transpose(a) * b;
}

}  // namespace etch::inline ETCH_VARIANT
