#pragma once
#include <cstddef>
#include <cstdint>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// The start of a random sequence. Every random choice in etch takes one explicitly: same seed, same bits, everywhere.
struct seed {
    std::uint64_t value;
};

/// SplitMix64's output function: a bijection that scatters neighbouring numbers.
/// Source: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
[[nodiscard]] constexpr std::uint64_t scatter(std::uint64_t x) noexcept {
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/// A seed for a part of the work (a layer, an epoch), unrelated to those of other parts and to `from`.
[[nodiscard]] constexpr seed derive(seed from, std::uint64_t part) noexcept {
    return {scatter(from.value + 0x9e3779b97f4a7c15u * (part + 1))};
}

/// A seedable generator of 64-bit numbers, 8 bytes of state, the same sequence on every machine and in the compiler.
/// Satisfies UniformRandomBitGenerator. Not for cryptography.
class random_generator {
public:
    using result_type = std::uint64_t;

    explicit constexpr random_generator(seed start) noexcept : state_{start.value} {}

    static constexpr result_type(min)() noexcept { return 0; }
    static constexpr result_type(max)() noexcept { return ~result_type{0}; }

    constexpr result_type operator()() noexcept { return scatter(state_ += 0x9e3779b97f4a7c15u); }

    /// Uniform in [0, 1), a multiple of 2^-24, so that float and double agree.
    template <class T = float>
    constexpr T uniform() noexcept {
        return static_cast<T>((*this)() >> 40) * static_cast<T>(0x1p-24);
    }

    /// Uniform in {0, ..., count - 1}; count must not be zero. The bias is below count / 2^64.
    constexpr std::size_t below(std::size_t count) noexcept {
        // The upper half of the 128-bit product of the random number and count, from 32-bit pieces.
        const std::uint64_t x = (*this)();
        const std::uint64_t n = count;
        const std::uint64_t x_low = x & 0xffffffffu, x_high = x >> 32;
        const std::uint64_t n_low = n & 0xffffffffu, n_high = n >> 32;
        const std::uint64_t middle = x_high * n_low + ((x_low * n_low) >> 32);
        const std::uint64_t cross = x_low * n_high + (middle & 0xffffffffu);
        return static_cast<std::size_t>(x_high * n_high + (middle >> 32) + (cross >> 32));
    }

    [[nodiscard]] constexpr bool operator==(const random_generator&) const noexcept = default;

private:
    std::uint64_t state_;
};

/// A shuffled order of 0 ... count-1 that needs no memory: a keyed bijection on the next power of four, repeated until
/// the result is below count (at most four times on average). Every seed gives a different order.
/// Source: J. Black, P. Rogaway, "Ciphers with Arbitrary Finite Domains", 2002.
class permutation {
public:
    constexpr permutation(std::size_t count, seed start) noexcept : count_{count}, key_{start.value} {
        while (half_bits_ < 31 && (std::uint64_t{1} << (2 * half_bits_)) < count) ++half_bits_;
    }

    [[nodiscard]] constexpr std::size_t size() const noexcept { return count_; }

    /// The index at `position` (below size()) in the shuffled order.
    [[nodiscard]] constexpr std::size_t operator[](std::size_t position) const noexcept {
        std::uint64_t x = position;
        do x = encipher(x);
        while (x >= count_);
        return static_cast<std::size_t>(x);
    }

private:
    [[nodiscard]] constexpr std::uint64_t encipher(std::uint64_t x) const noexcept {
        const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
        std::uint64_t left = x >> half_bits_, right = x & mask;
        for (std::uint64_t round = 0; round < 6; ++round) {  // a Feistel network
            const std::uint64_t next = left ^ (scatter(key_ + 0x9e3779b97f4a7c15u * (8 * right + round + 1)) & mask);
            left = right;
            right = next;
        }
        return left << half_bits_ | right;
    }

    std::size_t count_;
    std::uint64_t key_;
    unsigned half_bits_ = 1;
};

}  // namespace etch::inline ETCH_VARIANT
