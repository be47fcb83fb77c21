#pragma once
// What etch promises to compute the same everywhere, as a list of digests: each build prints it, and all prints must be
// equal. Nothing here needs a file, the heap or an operating system. Everything that a digest hangs on is drawn from
// etch's own random generator.
#include <cstddef>
#include <cstdint>
#include <etch/core/bit_cast.hpp>

#include <etch/core/random.hpp>

namespace golden {

/// A checksum over the bits of floats (FNV-1a with 32 bits), how many there were, and the last of them. NaN counts as
/// NaN, whatever its sign and payload: processors differ there, and C++ has no word in it.
struct digest {
    std::uint32_t hash = 2166136261u, count = 0, last = 0;

    constexpr void add(float x) noexcept {
        last = x == x ? etch::bit_cast<std::uint32_t>(x) : 0x7fc00000u;
        for (int byte = 0; byte < 4; ++byte) hash = (hash ^ (last >> (8 * byte) & 0xffu)) * 16777619u;
        ++count;
    }
    template <class Numbers>
    constexpr void add_all(const Numbers& numbers) noexcept {
        for (const float x : numbers) add(x);
    }
};

/// Fills with multiples of 2^-22 between -2 and 2.
template <class Numbers>
constexpr void draw(Numbers&& numbers, std::uint64_t from) noexcept {
    etch::random_generator random{etch::seed{from}};
    for (float& x : numbers) x = random.uniform() * 4 - 2;
}

/// Prints a line: name, count, checksum, bits of the last number. Each build brings its own (see main.cpp).
void report(const char* name, const digest& d);

// The parts, a file each.
void functions();
void networks();
void layers();
void training();
void files();
void everything();
void constants();

}  // namespace golden
