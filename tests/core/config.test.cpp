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
#if defined(__FMA__) || defined(__aarch64__)
    STATIC_REQUIRE(ETCH_HARDWARE_FMA == 1);
#elif defined(__x86_64__)
    STATIC_REQUIRE(ETCH_HARDWARE_FMA == 0);
#else
    SUCCEED("another target");
#endif
}
