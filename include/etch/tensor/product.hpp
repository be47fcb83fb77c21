#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/tensor/product/columns.hpp>
#include <etch/tensor/product/dot_products.hpp>
#include <etch/tensor/product/factor.hpp>
#include <etch/tensor/product/few_rows.hpp>
#include <etch/tensor/product/order.hpp>
#include <etch/tensor/product/side_by_side.hpp>
#include <etch/tensor/product/transposed_row.hpp>
#include <etch/tensor/reduction.hpp>
#include <etch/tensor/transposed_copy.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// The loops that compute the tiles of a product, each in its own file in product/. (side_by_side.hpp there computes
/// whole columns, no tiles.)
enum class kernel {
    columns,      ///< column of L by column of L, the sums in registers
    few_rows,     ///< the same, for an L whose columns leave most of a register empty
    dot_products  ///< each element separately: L is transposed, or a single row
};

/// The kernel that computes the tiles with registers V. The choice affects only speed: the order of additions is fixed
/// by the shapes, and all kernels adhere to it (product/order.hpp; for dot products virtual_lanes.hpp; both are
/// explained in docs/numerics.md).
template <class Left, class Right, class V>
constexpr kernel kernel_of() noexcept {
    if (uses_dot_products<Left, Right>) return kernel::dot_products;
    if (fits_few_rows_kernel<Left, Right, V>()) return kernel::few_rows;
    return kernel::columns;
}

}  // namespace internal

/// start + L * R, the matrix product on which every layer is based:
///
///     y(i, j) = start(i, j) + Σₖ L(i, k) R(k, j)
///
/// Shapes: L is rows x depth, R is depth x columns, start is rows x columns (or one column, repeated; or absent).
/// Column k of L is read in packs, R element by element with any stride, so that the sum of a tile stays in registers
/// from its start to its only store. Each step is one fma; k ascends in `partial_sums` interleaved chains, which are
/// added as a tree at the end. With a transposed left factor each element is a dot product instead. The destination
/// must not be one of the factors: C = C * D would read what it has overwritten.
template <class Left, class Right, class Start>
struct product_expression : expression {
    using value_type = typename Left::value_type;
    static constexpr std::size_t rows = Left::rows, columns = Right::columns, depth = Left::columns;
    static constexpr bool has_start = !std::is_void_v<Start>;
    static constexpr std::size_t partial_sums = internal::partial_sums_of<Left, Right>();
    static constexpr std::size_t operations = depth;
    static constexpr std::size_t widest = internal::uses_dot_products<Left, Right> ? 4 : 16;
    using start_type = std::conditional_t<has_start, Start, constant<value_type>>;

    static constexpr std::size_t run_length = internal::run_length_of_product<Left, Right, start_type>();

    static_assert(Fills<start_type, value_type, rows, columns>,
                  "etch: what is added to a matrix product needs the product's shape and element type, "
                  "or one row or column to repeat");

    Left left;
    Right right;
    start_type start;

    ETCH_INLINE constexpr void prepare() const noexcept {
        left.prepare();
        right.prepare();
        start.prepare();
    }

    /// A row that can be computed as a column: see product/transposed_row.hpp.
    template <class Destination>
        requires(internal::evaluates_transposed<Left, Right, Start> && internal::has_transposed_view<Destination>)
    ETCH_INLINE constexpr void assign_to(const Destination& to) const noexcept {
        auto l = internal::transposed_view(right);
        auto r = internal::transposed_view(left);
        if constexpr (has_start) {
            auto s = internal::transposed_view(start);
            internal::assign(internal::transposed_view(to),
                             product_expression<decltype(l), decltype(r), decltype(s)>{{}, l, r, s});
        } else {
            internal::assign(internal::transposed_view(to),
                             product_expression<decltype(l), decltype(r), void>{{}, l, r, start});
        }
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        constexpr internal::kernel kernel = internal::kernel_of<Left, Right, V>();
        const tile<V, P, C> from = internal::broadcast_tile<rows, columns, V, P, C>(start, row, column);
        if constexpr (kernel == internal::kernel::dot_products) {
            return internal::dot_products_kernel::add(from, left, right, row, column);
        } else {
            if constexpr (V::size == 1 && P == 1 && C == 1) {
                if (ETCH_CONSTANT_EVALUATED)
                    return {{{internal::element_of_product<partial_sums>(from.value[0][0], left, right, row, column)}}};
            }
            if constexpr (kernel == internal::kernel::few_rows) {
                if (!ETCH_CONSTANT_EVALUATED) return internal::few_rows_kernel<rows>::add(from, left, right, column);
            }
            return internal::columns_kernel::add<partial_sums>(from, left, right, row, column);
        }
    }

    /// All rows of V::count columns, each register a row.
    template <class V>
    ETCH_INLINE tile<V, 1, rows> beside(std::size_t column) const noexcept {
        return internal::side_by_side_kernel::add<partial_sums, V>(start, left, right, column);
    }
};

namespace internal {

template <class L, class R>
inline constexpr bool takes_start<product_expression<L, R, void>> = true;

}  // namespace internal

/// The matrix product. Lazy: `W * a + b` is one pass.
template <Expression L, Expression R>
ETCH_INLINE constexpr auto operator*(L&& l, R&& r) noexcept {
    static_assert(internal::Multipliable<std::remove_cvref_t<L>, std::remove_cvref_t<R>>,
                  "etch: a matrix product needs as many columns on the left as there are rows on the right, "
                  "and the same element type; the product element by element is hadamard(a, b)");
    using T = element_of<L>;
    using Left = decltype(internal::left_factor<L>(l));
    using Right = decltype(internal::factor<R>(r));
    return product_expression<Left, Right, void>{
        {}, internal::left_factor<L>(l), internal::factor<R>(r), constant<T>{T{0}}};
}

/// L * R + b: the sum starts from b. (A product that already has a start is added to like any other expression.)
template <class L, class R, Expression B>
ETCH_INLINE constexpr auto operator+(const product_expression<L, R, void>& p, B&& b) noexcept {
    using Start = internal::operand_t<B>;
    return product_expression<L, R, Start>{{}, p.left, p.right, internal::as_operand<B>(b)};
}
template <class L, class R, Expression B>
    requires(!internal::takes_start<std::remove_cvref_t<B>>)
ETCH_INLINE constexpr auto operator+(B&& b, const product_expression<L, R, void>& p) noexcept {
    using Start = internal::operand_t<B>;
    return product_expression<L, R, Start>{{}, p.left, p.right, internal::as_operand<B>(b)};
}

}  // namespace etch::inline ETCH_VARIANT
