#pragma once
// Numbers whose sums round, so that the order of additions shows, and the comparison of bits.
#include <bit>
#include <cstddef>
#include <cstdint>

#include <etch/core/random.hpp>
#include <etch/tensor/tensor.hpp>

namespace rounding {

template <std::size_t Rows, std::size_t Columns>
constexpr etch::matrix<float, Rows, Columns> random_matrix(std::uint64_t from) {
    etch::matrix<float, Rows, Columns> result;
    etch::random_generator random{etch::seed{from}};
    for (float& x : result) x = random.uniform() * 4 - 2;
    return result;
}

/// How many elements of two matrices of the same shape have other bits.
template <class M>
constexpr std::size_t different(const M& a, const M& b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        count += std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i]);
    return count;
}

/// Some rows, copied element by element.
template <std::size_t From, std::size_t Count, std::size_t Rows, std::size_t Columns>
constexpr etch::matrix<float, Count, Columns> rows_of(const etch::matrix<float, Rows, Columns>& all) {
    etch::matrix<float, Count, Columns> result;
    for (std::size_t j = 0; j < Columns; ++j)
        for (std::size_t i = 0; i < Count; ++i) result(i, j) = all(From + i, j);
    return result;
}

}  // namespace rounding
