#pragma once
// Operands for tests: whole numbers in blocks that are exactly as long as they must be, so that a read or write beyond
// them is seen, and plain loops to hold results against.
#include <cstddef>
#include <utility>

#include <etch/core/random.hpp>
#include <etch/tensor/tensor.hpp>

#include "support/catch.hpp"
#include "support/guarded.hpp"

namespace exact {

/// A matrix whose numbers are whole and from -8 to 8, so that every sum in these tests is exact in float.
template <class T, std::size_t Rows, std::size_t Columns>
class block {
public:
    explicit block(std::uint64_t from) : numbers_{Rows * Columns} {
        etch::random_generator random{etch::seed{from}};
        for (std::size_t i = 0; i < Rows * Columns; ++i) numbers_[i] = static_cast<T>(random.below(17)) - T{8};
    }
    [[nodiscard]] T* data() const { return numbers_.get(); }
    [[nodiscard]] etch::matrix_view<T, Rows, Columns> view() const {
        return etch::matrix_view<T, Rows, Columns>{data()};
    }
    [[nodiscard]] T operator()(std::size_t row, std::size_t column) const { return numbers_[column * Rows + row]; }

private:
    support::guarded<T> numbers_;
};

/// Checks that nothing is wrong at a size. Not a template, so that a sweep over sizes stays cheap to compile.
inline void check_size(std::size_t size, std::size_t wrong) {
    INFO("size " << size);
    CHECK(wrong == 0);
}

/// Checks every size from First to Last: f.operator()<Size>() says how many elements are wrong.
template <std::size_t First, std::size_t Last, class F>
void check_sizes(F f) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (check_size(First + I, f.template operator()<First + I>()), ...);
    }(std::make_index_sequence<Last - First + 1>{});
}

/// The largest size that is swept in each dimension: two packs of the widest lanes and one more.
inline constexpr std::size_t most = 2 * etch::widest_lanes<float> + 1;

/// A shorter sweep for kernels that differ little from others: up to 9 all, then the sizes around multiples of lanes.
template <class F>
void check_edges(F f) {
    check_sizes<1, 9>(f);
    if constexpr (most > 9) check_sizes<15, 17>(f);
    if constexpr (most > 17) check_sizes<31, 33>(f);
}

/// How a factor lies in memory: element (row, column) is at row * down + column * across.
template <class T>
struct strided {
    const T* numbers;
    std::size_t down, across;
    T operator()(std::size_t row, std::size_t column) const { return numbers[row * down + column * across]; }
};

/// In how many places `got`, rows x columns, differs from start + left * right. Not a template of the sizes, so that a
/// sweep over them stays cheap to compile.
template <class T>
std::size_t wrong_products(const T* got, strided<T> start, strided<T> left, strided<T> right, std::size_t rows,
                           std::size_t depth, std::size_t columns) {
    std::size_t wrong = 0;
    for (std::size_t j = 0; j < columns; ++j)
        for (std::size_t i = 0; i < rows; ++i) {
            T sum = start.numbers == nullptr ? T{0} : start(i, j);
            for (std::size_t k = 0; k < depth; ++k) sum += left(i, k) * right(k, j);
            wrong += got[j * rows + i] != sum;
        }
    return wrong;
}

}  // namespace exact
