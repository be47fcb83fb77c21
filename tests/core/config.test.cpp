#include <etch/core/config.hpp>

#include "support/catch.hpp"

TEST_CASE("the constants say what the macros say") {
    STATIC_REQUIRE(etch::fused_multiply_add == (ETCH_FMA != 0));
    STATIC_REQUIRE(etch::has_simd == (ETCH_HAS_XSIMD != 0));
#if defined(ETCH_NO_SIMD)
    STATIC_REQUIRE_FALSE(etch::has_simd);
#elif defined(__SSE2__) || defined(__aarch64__)
    STATIC_REQUIRE(etch::has_simd);
#endif
}

TEST_CASE("products that feed sums are fused where the hardware can") {
#if defined(__FMA__) || defined(__AVX512F__) || defined(__aarch64__) || defined(__s390x__) || defined(__powerpc64__)
    STATIC_REQUIRE(ETCH_HARDWARE_FMA == 1);
#elif defined(__x86_64__)
    STATIC_REQUIRE(ETCH_HARDWARE_FMA == 0);
#else
    SUCCEED("another target");
#endif
    STATIC_REQUIRE(ETCH_MAY_CONTRACT >= ETCH_HARDWARE_FMA);
}

TEST_CASE("an unrolled loop runs its statement with 0, 1, ... in order") {
    const auto order = [] {
        std::size_t digits = 0;
        ETCH_UNROLL(i, 3)
            ETCH_UNROLL(j, 2) digits = digits * 100 + i * 10 + j;
        return digits;
    };
    CHECK(order() == 1'10'11'20'21);
    STATIC_REQUIRE(order() == 1'10'11'20'21);
}

TEST_CASE("an unrolled loop of nothing runs nothing") {
    std::size_t runs = 0;
    constexpr std::size_t none = 0;
    ETCH_UNROLL(i, none) runs += i + 1;
    CHECK(runs == 0);
}
