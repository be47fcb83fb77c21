#pragma once
// The table of simd/: the operations for which some targets have an instruction of their own.
//
// - A target's file (target/avx2.hpp, ...) overloads rows of the table for its own register types, by intrinsics or
//   inline assembly. It knows nothing else of etch.
// - target.hpp includes the files that match the compiler's target. No other file in simd/ depends on the target.
// - The file named above each part calls them: `if constexpr (requires { instruction::fma(a, b, c); })`. The else
//   branch is the one generic definition, for all other registers. A few operations have none, and are only used on
//   targets that have an instruction.
//
// A new instruction set touches
// - target/NAME.hpp, its include in target.hpp and, if it has more registers, register_count there;
// - its name in the rows that it overloads, and flags_NAME in tests/structure/targets.cmake, which compares the two. A
//   constrained overload replaces that of a smaller instruction set;
// - core/config.hpp: ETCH_HAS_XSIMD, ETCH_HARDWARE_FMA, ETCH_FLOAT_REGISTER, and a letter in ETCH_LEVEL_BEYOND (x86;
//   many have one) or ETCH_TARGET (others);
// - the tests: etch_try_instruction_set in cmake/etch_testing.cmake, golden_build in tests/portability/CMakeLists.txt;
// - for several instruction sets in one program: core/dispatch.hpp and cmake/etch_builds.cmake. An extension that
// speeds up existing rows needs no more. One with new operations (the int8 dot product of VNNI) also adds rows and a
// lanes type; a target that xsimd does not know needs its own lanes<T, N> (see registers.hpp).
#include <cstddef>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT::internal::instruction {

// Deleted for all registers except those of the targets that a row names. a, b and c are registers of floats or doubles
// (a plain number is a register too), and `like` is a register that only selects the overload.

// ---- arithmetic: registers.hpp, number.hpp ----

void fma(auto a, auto b, auto c) = delete;           // fma avx512f neon: a * b + c, rounded once
void divide(auto a, auto b) = delete;                // neon: a / b
void sqrt(auto a) = delete;                          // avx512f neon cortex_m: the square root
void larger(auto a, auto b) = delete;                // x86 avx avx512f: a > b ? a : b
void smaller(auto a, auto b) = delete;               // x86 avx avx512f: a < b ? a : b
void select(auto mask, auto yes, auto no) = delete;  // avx512f: mask ? yes : no, of integers
void shift_left(auto integers, int n) = delete;      // avx512f: of 32 bits each
void shift_right(auto integers, int n) = delete;     // avx512f: of 32 bits each, which keep their sign
void to_float(auto integers) = delete;               // avx512f: the nearest float
void to_integer(auto a) = delete;                    // avx512f: toward zero

// ---- parts of a register: subregister.hpp ----

template <std::size_t Count>
void load_first(auto like, const auto* from) = delete;  // sse2 avx2 avx512: Count numbers, and zeros in the other lanes
template <std::size_t Count>
void store_first(auto a, auto* to) = delete;  // sse2: Count numbers
void lower_half(auto a) = delete;             // avx avx512: half of the register, in one of half the size
void upper_half(auto a) = delete;             // avx avx512: the other half
void upper_two(auto a) = delete;              // sse2: lanes 2 and 3 moved to 0 and 1
void second_lane(auto a) = delete;            // sse2: lane 1 moved to 0
void first_lane(auto a) = delete;             // sse2: the number in lane 0
void transpose_four(auto& a, auto& b, auto& c, auto& d) = delete;  // sse2: as the rows of a matrix of 4 x 4
void load_fours(auto like, const auto* from) = delete;  // avx2 avx512f: four numbers, repeated to the register's end
void spread(auto fours, std::size_t i) = delete;        // avx2 avx512f: number i of the four in every lane
void fma_eight(const auto*& from, auto factor, auto&... sums) = delete;  // cortex_m: sum += *from++ * factor, 8 times

// ---- lanes that move to other places: permute.hpp ----

void permute(auto a, auto index) = delete;              // avx2 avx512: lane i of the result is lane index[i] of a
void permute_two(auto a, auto b, auto index) = delete;  // avx2 avx512: the same of a and b in a row
template <std::size_t By>
void shifted(auto a, auto next) = delete;               // avx2 avx512: lanes By, By + 1, ... of a and next in a row
void load_eight(auto like, const auto* from) = delete;  // avx2 avx512: eight numbers; further lanes are undefined
template <std::size_t Count>
void extend(auto a, auto wider) = delete;  // avx2 avx512: the first Count lanes of a, then zeros; as wide as `wider`

// ---- the exponent of a float: exponent.hpp ----

void fraction(auto a) = delete;       // avx512: a = fraction 2^exponent, with a fraction in [3/4, 3/2); below zero NaN
void exponent(auto a) = delete;       // avx512: the integer part of log2(|a|)
void scale(auto a, auto n) = delete;  // avx512: a 2^n

// ---- advice to compilers: subregister.hpp, registers.hpp ----

void keep_in_register(auto& a) = delete;     // x86: is not loaded again for its next use
void keep_load_here(auto& number) = delete;  // wasm: is not loaded later than here

}  // namespace etch::inline ETCH_VARIANT::internal::instruction
