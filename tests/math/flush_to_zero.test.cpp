// What flush-to-zero and denormals-are-zero change in the elementary functions: docs/numerics.md says it in words.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <etch/math/cos_pi.hpp>
#include <etch/math/erf.hpp>
#include <etch/math/exp.hpp>
#include <etch/math/fast_tanh.hpp>
#include <etch/math/log.hpp>
#include <etch/math/sigmoid.hpp>
#include <etch/math/softplus.hpp>
#include <etch/math/tanh.hpp>

#include "support/catch.hpp"
#include "support/flush_to_zero.hpp"

namespace {

using namespace etch;

bool is_denormal(float x) { return std::fpclassify(x) == FP_SUBNORMAL; }
bool same(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) || (a != a && b != b);
}

/// Not inlined, so that nothing moves across the change of mode.
template <class Function>
ETCH_NO_INLINE void evaluate(Function function, const std::vector<float>& x, std::vector<float>& y) {
    constexpr std::size_t width = widest_lanes<float>;
    for (std::size_t i = 0; i < x.size(); i += width)
        function(float_lanes<width>::load(x.data() + i)).store(y.data() + i);
}

struct finding {
    std::size_t flushed = 0;  // results that the mode changed
    std::size_t wrong = 0;    // changed in another way than documented
    float first_wrong = 0;
};

/// Normal numbers below `least` in magnitude are left out.
template <class Function>
finding compare(Function function, float least = 0) {
    std::vector<float> x;
    for (std::uint64_t next = 0; next < std::uint64_t{1} << 32; next += 9973) {
        const float argument = std::bit_cast<float>(static_cast<std::uint32_t>(next));
        if (!(std::fabs(argument) < least) || is_denormal(argument)) x.push_back(argument);
    }
    while (x.size() % widest_lanes<float> != 0) x.push_back(1);
    std::vector<float> normal(x.size()), flushed(x.size());
    evaluate(function, x, normal);
    {
        const support::flush_to_zero mode;
        evaluate(function, x, flushed);
    }
    finding found;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (same(normal[i], flushed[i])) continue;
        ++found.flushed;
        const float as_if_zero = function(float_lanes<1>(std::copysign(0.0f, x[i]))).value;
        const bool documented = is_denormal(x[i])
                                    ? same(flushed[i], as_if_zero) || as_if_zero == flushed[i]
                                    : is_denormal(normal[i]) && same(flushed[i], std::copysign(0.0f, normal[i]));
        if (!documented && found.wrong++ == 0) found.first_wrong = x[i];
    }
    return found;
}

template <class Function>
void check(Function function, bool flushes, float least = 0) {
    if (!support::has_flush_to_zero) return;
    const finding found = compare(function, least);
    INFO("first wrong: " << found.first_wrong);
    CHECK(found.wrong == 0);
    CHECK((found.flushed > 0) == flushes);  // or the mode was not on
}

}  // namespace

TEST_CASE(
    "flushing to zero changes a result that is denormal, which becomes zero, and a denormal argument, "
    "which counts as zero") {
    check([](auto x) { return math::exp(x); }, true);
    check([](auto x) { return math::expm1(x); }, false);
    check([](auto x) { return math::log(x); }, true);
    check([](auto x) { return math::log1p(x); }, false);
    check([](auto x) { return math::tanh(x); }, true);
    check([](auto x) { return math::sigmoid(x); }, true);
    check([](auto x) { return math::softplus(x); }, true);
    check([](auto x) { return math::cos_pi(x); }, false);
    check([](auto x) { return math::fast_tanh(x); }, true);
    check([](auto x) { return math::fast_sigmoid(x); }, false);
}

TEST_CASE("flushing to zero changes erf as the others, under the second contract from 2^-123 on") {
    check([](auto x) { return math::erf(x); }, true, fused_multiply_add ? 0.0f : 0x1p-123f);
}
