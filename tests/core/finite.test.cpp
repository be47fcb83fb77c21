#include <etch/core/finite.hpp>

#include <limits>

#include "support/catch.hpp"

namespace {

using etch::internal::is_finite;

template <class T>
constexpr bool holds() {
    using limits = std::numeric_limits<T>;
    return is_finite(T{0}) && is_finite(limits::max()) && is_finite(limits::lowest()) &&
           is_finite(limits::denorm_min()) && !is_finite(limits::infinity()) && !is_finite(-limits::infinity()) &&
           !is_finite(limits::quiet_NaN());
}

}  // namespace

TEST_CASE("numbers are finite up to the largest, and NaN is not", "[core]") {
    static_assert(holds<float>() && holds<double>());
    CHECK(holds<float>());
    CHECK(holds<double>());
}
