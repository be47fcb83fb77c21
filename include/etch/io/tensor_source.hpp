#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <etch/core/bit_cast.hpp>
#include <etch/core/shape.hpp>

namespace etch::inline ETCH_VARIANT {

/// The element types of a file: those that can be read as weights, and all others.
enum class number_type : std::uint8_t { float64, float32, float16, bfloat16, other };

/// The extents of a tensor in a file, which may have more of them than a layer's tensor.
struct file_shape {
    static constexpr std::size_t max_rank = 8;

    std::size_t rank = 0;
    std::size_t extent[max_rank] = {};

    /// The file was checked, so the product fits.
    [[nodiscard]] constexpr std::size_t size() const noexcept {
        std::size_t product = 1;
        for (std::size_t i = 0; i < rank; ++i) product *= extent[i];
        return product;
    }

    [[nodiscard]] constexpr bool operator==(const file_shape&) const noexcept = default;
    [[nodiscard]] constexpr bool operator==(const shape& other) const noexcept {
        if (rank != other.rank) return false;
        for (std::size_t i = 0; i < rank; ++i)
            if (extent[i] != other.extent[i]) return false;
        return true;
    }
};

/// A tensor of a file. Nothing is copied: key and bytes point into the file, at any alignment.
struct file_tensor {
    std::string_view key{};
    number_type type = number_type::other;
    std::string_view type_name{};  ///< as the file spells it
    file_shape extents{};
    std::span<const std::byte> bytes{};  ///< row by row, little endian

    /// How many elements it has.
    [[nodiscard]] constexpr std::size_t size() const noexcept { return extents.size(); }

    /// Element i as a T, rounded to nearest if T is narrower; NaN if the type cannot be read as weights.
    template <std::floating_point T>
    [[nodiscard]] constexpr T number(std::size_t i) const noexcept {
        switch (type) {
            case number_type::float64: return static_cast<T>(bit_cast<double>(bits<std::uint64_t>(i)));
            case number_type::float32: return static_cast<T>(bit_cast<float>(bits<std::uint32_t>(i)));
            case number_type::float16: return static_cast<T>(half(bits<std::uint16_t>(i)));
            case number_type::bfloat16:
                return static_cast<T>(bit_cast<float>(static_cast<std::uint32_t>(bits<std::uint16_t>(i)) << 16));
            case number_type::other: break;
        }
        return static_cast<T>(bit_cast<float>(std::uint32_t{0x7fc00000}));
    }

private:
    template <class Word>
    [[nodiscard]] constexpr Word bits(std::size_t i) const noexcept {
        std::uint64_t word = 0;
        for (std::size_t b = 0; b < sizeof(Word); ++b)
            word |= std::to_integer<std::uint64_t>(bytes[i * sizeof(Word) + b]) << (8 * b);
        return static_cast<Word>(word);
    }

    /// IEEE 754's half precision: 1 sign, 5 exponent and 10 fraction bits. Every half is a float, so this is exact.
    [[nodiscard]] static constexpr float half(std::uint16_t bits) noexcept {
        const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
        const std::uint32_t exponent = bits >> 10 & 0x1fu, fraction = bits & 0x3ffu;
        if (exponent == 0x1f) return bit_cast<float>(sign | 0x7f800000u | fraction << 13);
        if (exponent != 0) return bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
        const float denormal = static_cast<float>(fraction) * 0x1p-24f;
        return sign != 0 ? -denormal : denormal;
    }
};

/// Anything with tensors under unique keys: a safetensors_view, an npz_archive, or a reader of the user's.
template <class S>
concept TensorSource = requires(const S& source) {
    { *source.tensors().begin() } -> std::convertible_to<file_tensor>;
    { source.tensors().begin() != source.tensors().end() } -> std::convertible_to<bool>;
};

}  // namespace etch::inline ETCH_VARIANT
