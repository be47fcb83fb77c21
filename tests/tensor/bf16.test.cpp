#include <etch/tensor/bf16.hpp>

#include <cmath>
#include <limits>

#include <etch/core/random.hpp>
#include <etch/tensor/product.hpp>

#include "exact.hpp"
#include "support/catch.hpp"
#include "support/guarded.hpp"

using namespace etch;

namespace {

template <std::size_t Rows, std::size_t Columns>
constexpr matrix<float, Rows, Columns> random_matrix(std::uint64_t from) {
    matrix<float, Rows, Columns> result;
    random_generator random{seed{from}};
    for (float& x : result) x = random.uniform() * 4 - 2;
    return result;
}

constexpr bool same_bits(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// A matrix of bfloat16 in memory that ends where it must, so that a read beyond is seen.
template <std::size_t Rows, std::size_t Columns>
class words {
public:
    explicit words(const matrix<float, Rows, Columns>& from) : words_{words_of(weight_format::bf16, Rows, Columns)} {
        bf16_matrix_view<std::int32_t, Rows, Columns>{words_.get()} = from;
    }
    [[nodiscard]] auto view() const { return bf16_matrix_view<const std::int32_t, Rows, Columns>{words_.get()}; }

private:
    support::guarded<std::int32_t> words_;
};

/// How many elements of W A + b have other bits than with the same, rounded numbers as floats.
template <std::size_t M, std::size_t K, std::size_t N>
std::size_t different_products() {
    const words<M, K> W{random_matrix<M, K>(1)};
    const matrix<float, M, K> rounded = W.view();
    const auto a = random_matrix<K, N>(2);
    const auto b = random_matrix<M, 1>(3);
    const matrix<float, M, N> got = W.view() * a + b, expected = rounded * a + b;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < got.size(); ++i) wrong += !same_bits(got[i], expected[i]);
    return wrong;
}

/// The same product as the compiler computes it.
template <std::size_t M, std::size_t K>
constexpr auto product() {
    std::int32_t memory[words_of(weight_format::bf16, M, K)] = {};
    const bf16_matrix_view<std::int32_t, M, K> W{memory};
    W = random_matrix<M, K>(1);
    const auto a = random_matrix<K, 1>(2);
    return vector<float, M>(W * a);
}

}  // namespace

TEST_CASE("a float becomes the nearest bfloat16, ties to even") {
    static_assert(to_bf16(1.0f) == 0x3f80 && to_bf16(-2.0f) == 0xc000);
    static_assert(to_bf16(0x1.01p0f) == 0x3f80);      // 1 + 2^-8 lies between 1 and 1 + 2^-7: even is 1
    static_assert(to_bf16(0x1.010002p0f) == 0x3f81);  // a little more
    static_assert(to_bf16(0x1.03p0f) == 0x3f82);      // 1 + 3 * 2^-8: even is the larger
    static_assert(to_bf16(0x1.02fffep0f) == 0x3f81);  // a little less
    static_assert(to_bf16(0x1.ffp0f) == 0x4000);      // the carry reaches the exponent
    static_assert(to_bf16(0.0f) == 0x0000 && to_bf16(-0.0f) == 0x8000);
    static_assert(to_bf16(0x1p-133f) == 0x0001);  // denormal
    static_assert(to_bf16(0x1p-134f) == 0x0000 && to_bf16(0x1.8p-133f) == 0x0002);
    CHECK(from_bf16(0x3f81) == 0x1.02p0f);
    CHECK(from_bf16(0xc000) == -2);
}

TEST_CASE("what is too large for bfloat16 becomes infinite, and NaN stays NaN") {
    static_assert(to_bf16(0x1.fefffep127f) == 0x7f7f);  // the largest
    static_assert(to_bf16(0x1.ffp127f) == 0x7f80 && to_bf16(-0x1.ffp127f) == 0xff80);
    static_assert(to_bf16(std::numeric_limits<float>::infinity()) == 0x7f80);
    for (std::uint32_t bits : {0x7f800001u, 0x7fc00000u, 0x7fffffffu, 0xff800001u, 0xffffffffu}) {
        const std::uint32_t rounded = to_bf16(std::bit_cast<float>(bits));
        CHECK(std::isnan(from_bf16(rounded)));
        CHECK(rounded >> 15 == bits >> 31);
    }
}

TEST_CASE("rounding to bfloat16 changes a number by 2^-8 of itself at most") {
    std::size_t wrong = 0;
    for (std::uint64_t bits = 0x00800000; bits < 0x7f7f8000; bits += 997) {  // every exponent, all kinds of fractions
        const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        wrong += !(std::abs(from_bf16(to_bf16(x)) - x) <= 0x1p-8f * x);
    }
    CHECK(wrong == 0);
}

TEST_CASE("every bfloat16 that is a number survives the way to float and back") {
    std::size_t wrong = 0;
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits)
        wrong += !std::isnan(from_bf16(bits)) && to_bf16(from_bf16(bits)) != bits;
    CHECK(wrong == 0);
}

TEST_CASE("a matrix of bfloat16 holds two neighbours of a row in a word") {
    std::int32_t memory[4];
    const bf16_matrix_view<std::int32_t, 2, 3> view{memory};
    view = matrix<float, 2, 3>{1, 2, -1, -2, 3, 4};
    CHECK(static_cast<std::uint32_t>(memory[0]) == 0xbf803f80u);  // -1 and 1
    CHECK(static_cast<std::uint32_t>(memory[1]) == 0xc0004000u);  // -2 and 2
    CHECK(memory[2] == 0x4040);                                   // 3 alone
    CHECK(memory[3] == 0x4080);
    CHECK(view(1, 1) == -2);
    CHECK(view(0, 2) == 3);
    std::int32_t other[4] = {};
    const bf16_matrix_view<std::int32_t, 2, 3> copy{other};
    copy = view;
    CHECK(std::equal(memory, memory + 4, other));
}

TEST_CASE("a matrix of bfloat16 is read right at every number of rows") {
    exact::check_sizes<1, exact::most>([]<std::size_t M>() {
        const auto from = random_matrix<M, 5>(4);
        const words<M, 5> rounded{from};
        const matrix<float, M, 5> read = rounded.view();
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < read.size(); ++i) wrong += !same_bits(read[i], from_bf16(to_bf16(from[i])));
        return wrong;
    });
}

TEST_CASE("a product with a matrix of bfloat16 has the bits of one with floats: one column, rows around the lanes") {
    exact::check_edges([]<std::size_t M>() { return different_products<M, 37, 1>(); });
    CHECK(different_products<67, 20, 1>() == 0);
    CHECK(different_products<130, 18, 1>() == 0);
}

TEST_CASE("a product with a matrix of bfloat16 has the bits of one with floats: one column, depths around the lanes") {
    exact::check_edges([]<std::size_t K>() { return different_products<12, K, 1>(); });
    exact::check_edges([]<std::size_t K>() { return different_products<40, K, 1>(); });
    exact::check_edges([]<std::size_t K>() { return different_products<1, K, 1>(); });  // unpacked, then dot products
}

TEST_CASE("a product with a matrix of bfloat16 has the bits of one with floats: several columns") {
    exact::check_edges([]<std::size_t M>() { return different_products<M, 9, 3>(); });
    CHECK(different_products<18, 1, 5>() == 0);
    CHECK(different_products<18, 4, 5>() == 0);
    CHECK(different_products<34, 7, 32>() == 0);
}

TEST_CASE("a product with a matrix of bfloat16 has the bits that the compiler computes") {
    static constexpr auto small = product<3, 5>();
    static constexpr auto larger = product<31, 18>();
    static constexpr auto row = product<1, 37>();
    const vector<float, 3> s = product<3, 5>();
    const vector<float, 31> l = product<31, 18>();
    CHECK(same_bits(product<1, 37>()[0], row[0]));
    for (std::size_t i = 0; i < s.size(); ++i) CHECK(same_bits(s[i], small[i]));
    for (std::size_t i = 0; i < l.size(); ++i) CHECK(same_bits(l[i], larger[i]));
}
