// compiled with: -O1
// The same bits at every width of lanes: what the compiler computes with plain numbers, the program computes with SIMD.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <etch/core/random.hpp>
#include <etch/tensor/product.hpp>

#include "support/catch.hpp"

using namespace etch;

namespace {

/// Numbers whose sums round, so that the order of additions shows.
template <std::size_t Rows, std::size_t Columns>
constexpr matrix<float, Rows, Columns> random_matrix(std::uint64_t from) {
    matrix<float, Rows, Columns> result;
    random_generator random{seed{from}};
    for (float& x : result) x = random.uniform() * 4 - 2;
    return result;
}

template <std::size_t Count>
std::size_t different(const std::array<float, Count>& a, const std::array<float, Count>& b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < Count; ++i)
        count += std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i]);
    return count;
}

template <class... Tensors>
constexpr auto joined(const Tensors&... tensors) {
    std::array<float, (Tensors::size() + ...)> all{};
    std::size_t at = 0;
    const auto add = [&](const auto& t) {
        for (const float x : t) all[at++] = x;
    };
    (add(tensors), ...);
    return all;
}

/// An operation that ends in a product, which the sum behind it must not swallow; costly enough to be called a column
/// at a time.
struct scaled_square {
    static constexpr std::size_t operations = 24;
    constexpr auto operator()(auto x) const { return x * x * decltype(x)(0.7f); }
};

/// Products of every kind, reductions and elementwise expressions over one pair of sizes.
template <std::size_t M, std::size_t K, std::size_t N>
constexpr auto all_kinds() {
    const auto a = random_matrix<M, K>(1);
    const auto b = random_matrix<K, N>(2);
    const auto start = random_matrix<M, 1>(3);
    const auto dz = random_matrix<M, N>(4);
    matrix<float, K, M> scratch;
    const matrix<float, M, N> z = a * b + start;
    matrix<float, M, K> dw = a;
    dw += dz * transpose(b);
    const matrix<float, K, N> by_copy = transpose(a, scratch.data()) * dz;
    const matrix<float, K, N> by_dot_products = transpose(a) * dz;
    const matrix<float, M, N> mixed = hadamard(z - sum_rows(z) / 3.0f, dz) + z / (dz + 5.0f);
    const matrix<float, M, N> squares = map(scaled_square{}, z) - dz;
    const vector<float, M> over_columns = sum_columns(hadamard(z, dz));
    return joined(z, dw, by_copy, by_dot_products, mixed, squares, sum_rows(hadamard(z, dz)), max_rows(z),
                  over_columns);
}

}  // namespace

TEST_CASE("the program gives the bits that the compiler gives: small") {
    static constexpr auto in_compiler = all_kinds<3, 5, 2>();
    CHECK(different(all_kinds<3, 5, 2>(), in_compiler) == 0);
}

TEST_CASE("the program gives the bits that the compiler gives: packs and tails of every width") {
    static constexpr auto in_compiler = all_kinds<31, 18, 3>();
    CHECK(different(all_kinds<31, 18, 3>(), in_compiler) == 0);
}

TEST_CASE("the program gives the bits that the compiler gives: several blocks of rows, two partial sums") {
    static constexpr auto in_compiler = all_kinds<66, 9, 2>();
    CHECK(different(all_kinds<66, 9, 2>(), in_compiler) == 0);
}

TEST_CASE("the program gives the bits that the compiler gives: rows and columns that are their own transposes") {
    const auto check = []<std::size_t M, std::size_t K, std::size_t N>() {
        static constexpr auto in_compiler = all_kinds<M, K, N>();
        return different(all_kinds<M, K, N>(), in_compiler);
    };
    CHECK(check.operator()<1, 9, 3>() == 0);
    CHECK(check.operator()<9, 1, 3>() == 0);
    CHECK(check.operator()<9, 3, 1>() == 0);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(check.operator()<1, 9, 1>() == 0);
    CHECK(check.operator()<1, 1, 5>() == 0);
#endif
}

/// One and two columns of a product of Rows rows.
template <std::size_t Rows, std::size_t Depth>
constexpr auto few_rows() {
    const auto w = random_matrix<Rows, Depth>(1);
    const auto x = random_matrix<Depth, 2>(2);
    const auto b = random_matrix<Rows, 1>(3);
    const vector<float, Rows> alone = w * x.column(0), biased = w * x.column(1) + b;
    const matrix<float, Rows, 2> both = w * x + map(scaled_square{}, b.view());
    return joined(alone, biased, both);
}

TEST_CASE("the program gives the bits that the compiler gives: few rows, several columns in a register") {
    const auto check = []<std::size_t Rows, std::size_t Depth>() {
        static constexpr auto in_compiler = few_rows<Rows, Depth>();
        return different(few_rows<Rows, Depth>(), in_compiler);
    };
    CHECK(check.operator()<2, 40>() == 0);
    CHECK(check.operator()<6, 40>() == 0);
    CHECK(check.operator()<6, 33>() == 0);  // not a multiple of the period
    CHECK(check.operator()<6, 24>() == 0);  // a multiple of the period, but four partial sums
    CHECK(check.operator()<9, 40>() == 0);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(check.operator()<3, 40>() == 0);
    CHECK(check.operator()<7, 32>() == 0);
    CHECK(check.operator()<8, 40>() == 0);
    CHECK(check.operator()<14, 40>() == 0);
#endif
}

TEST_CASE("a column of a product has the same bits alone and among others") {
    const auto check = []<std::size_t M, std::size_t K, std::size_t N>() {
        const auto w = random_matrix<M, K>(1);
        const auto x = random_matrix<K, N>(2);
        const auto b = random_matrix<M, 1>(3);
        const matrix<float, M, N> together = map(scaled_square{}, w * x + b) - b;
        std::size_t wrong = 0;
        for (std::size_t j = 0; j < N; ++j) {
            const vector<float, M> alone = map(scaled_square{}, w * x.column(j) + b) - b;
            for (std::size_t i = 0; i < M; ++i)
                wrong += std::bit_cast<std::uint32_t>(alone[i]) != std::bit_cast<std::uint32_t>(together(i, j));
        }
        return wrong;
    };
    CHECK(check.operator()<1, 40, 5>() == 0);
    CHECK(check.operator()<6, 64, 5>() == 0);
    CHECK(check.operator()<31, 65, 9>() == 0);
    CHECK(check.operator()<67, 20, 32>() == 0);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(check.operator()<1, 1, 5>() == 0);
    CHECK(check.operator()<10, 33, 7>() == 0);
    CHECK(check.operator()<130, 11, 6>() == 0);
#endif
}

TEST_CASE("a row times a transpose has the same bits alone and inside a larger expression") {
    const auto check = []<std::size_t N, std::size_t K>() {
        const auto x = random_matrix<1, K>(1);
        const auto a = random_matrix<N, K>(2);
        const matrix<float, 1, N> alone = x * transpose(a);
        const matrix<float, 1, N> inside = 1.0f * (x * transpose(a));
        const matrix<float, 1, N> begun = x * transpose(a) + 0.0f;  // its start has no transposed view
        return different(joined(alone), joined(inside)) + different(joined(alone), joined(begun));
    };
    CHECK(check.operator()<9, 33>() == 0);
    CHECK(check.operator()<40, 64>() == 0);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(check.operator()<2, 32>() == 0);
    CHECK(check.operator()<20, 16>() == 0);
    CHECK(check.operator()<64, 64>() == 0);
#endif
}
