#pragma once
// One product of each kind for given sizes: what the sweeps over rows, depth and columns share.
#include <cstddef>

#include <etch/tensor/product.hpp>

#include "exact.hpp"

namespace products {

/// How many of `rows` x `columns` elements are wrong in a product of each kind.
template <class T, std::size_t M, std::size_t K, std::size_t N>
std::size_t plain() {
    const exact::block<T, M, K> a(1);
    const exact::block<T, K, N> b(2);
    const exact::block<T, M, N> c(3);
    c.view() = a.view() * b.view();
    return exact::wrong_products<T>(c.data(), {}, {a.data(), 1, M}, {b.data(), 1, K}, M, K, N);
}

/// start + L R, the start one column that is repeated.
template <class T, std::size_t M, std::size_t K, std::size_t N>
std::size_t with_start() {
    const exact::block<T, M, K> a(1);
    const exact::block<T, K, N> b(2);
    const exact::block<T, M, 1> start(4);
    const exact::block<T, M, N> c(3);
    c.view() = a.view() * b.view() + start.view();
    return exact::wrong_products<T>(c.data(), {start.data(), 1, 0}, {a.data(), 1, M}, {b.data(), 1, K}, M, K, N);
}

/// C += L Rᵀ, as the gradient of weights.
template <class T, std::size_t M, std::size_t K, std::size_t N>
std::size_t transposed_right() {
    const exact::block<T, M, K> a(1);
    const exact::block<T, N, K> b(2);
    const exact::block<T, M, N> c(3), before(3);
    c.view() += a.view() * transpose(b.view());
    return exact::wrong_products<T>(c.data(), {before.data(), 1, M}, {a.data(), 1, M}, {b.data(), N, 1}, M, K, N);
}

/// Lᵀ R without a copy: dot products.
template <class T, std::size_t M, std::size_t K, std::size_t N>
std::size_t transposed_left() {
    const exact::block<T, K, M> a(1);
    const exact::block<T, K, N> b(2);
    const exact::block<T, M, N> c(3);
    c.view() = transpose(a.view()) * b.view();
    return exact::wrong_products<T>(c.data(), {}, {a.data(), K, 1}, {b.data(), 1, K}, M, K, N);
}

/// Lᵀ R through a copy of the transpose.
template <class T, std::size_t M, std::size_t K, std::size_t N>
std::size_t transposed_copy() {
    const exact::block<T, K, M> a(1);
    const exact::block<T, K, N> b(2);
    const exact::block<T, M, K> scratch(5);
    const exact::block<T, M, N> c(3);
    c.view() = transpose(a.view(), scratch.data()) * b.view();
    return exact::wrong_products<T>(c.data(), {}, {a.data(), K, 1}, {b.data(), 1, K}, M, K, N);
}

}  // namespace products
