#include <cmath>
#include <cstring>
#include <limits>

#include <etch/io/tensor_source.hpp>

#include "support/catch.hpp"

namespace {

/// A tensor of one number, of `width` bytes.
template <class T = float>
T number_of(etch::number_type type, std::uint64_t bits, std::size_t width) {
    std::byte bytes[9] = {};
    for (std::size_t b = 0; b < width; ++b)
        bytes[1 + b] = static_cast<std::byte>(bits >> (8 * b));  // at an odd address
    etch::file_tensor tensor;
    tensor.type = type;
    tensor.bytes = std::span<const std::byte>{bytes + 1, width};
    return tensor.number<T>(0);
}

/// A half by its definition: (-1)^s 2^(e-15) (1 + f / 1024), or 2^-14 (f / 1024) where e is 0.
double half_by_definition(std::uint32_t bits) {
    const double sign = (bits & 0x8000) != 0 ? -1 : 1;
    const int exponent = static_cast<int>(bits >> 10 & 31);
    const double fraction = (bits & 1023) / 1024.0;
    if (exponent == 31) return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::nan("");
    return sign * (exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15));
}

}  // namespace

TEST_CASE("every half precision number is read exactly") {
    std::size_t wrong = 0;
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const double expected = half_by_definition(bits);
        const float found = number_of(etch::number_type::float16, bits, 2);
        const bool same = std::isnan(expected)
                              ? std::isnan(found)
                              : static_cast<double>(found) == expected && std::signbit(found) == std::signbit(expected);
        if (!same) ++wrong;
    }
    CHECK(wrong == 0);
}

TEST_CASE("numbers of all types are read little endian from any address") {
    CHECK(number_of(etch::number_type::float32, 0x3fc00000, 4) == 1.5f);
    CHECK(number_of(etch::number_type::bfloat16, 0xbfc0, 2) == -1.5f);
    CHECK(number_of(etch::number_type::float64, 0x3ff8000000000000, 8) == 1.5f);
    CHECK(number_of<double>(etch::number_type::float64, 0x3ff0000000000001, 8) ==
          1 + std::numeric_limits<double>::epsilon());
    CHECK(number_of<double>(etch::number_type::float32, 0x3fc00000, 4) == 1.5);
    // 1 + 2^-24 + 2^-52 is above the middle between 1 and the next float.
    CHECK(number_of(etch::number_type::float64, 0x3ff0000010000001, 8) == 1.0000001192092896f);
    CHECK(std::isinf(number_of(etch::number_type::float64, 0x7fe0000000000000, 8)));
    CHECK(std::isnan(number_of(etch::number_type::other, 1, 8)));
}
