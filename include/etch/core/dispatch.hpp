#pragma once
// One program, several instruction sets: the same file is compiled once for each, and the program chooses at run time.
// The CMake function etch_multi_isa compiles the file; see docs/build.md, "Several instruction sets in one program".
//
//     struct policy_functions { void (*act)(const float* observation, float* action); };      // policy.hpp
//
//     template <>                                                                              // policy.cpp
//     constinit const policy_functions etch::build<policy_functions, etch::this_build>::functions{act};
//
//     etch::best_build<policy_functions>().act(observation, action);                           // anywhere
#include <etch/core/config.hpp>

namespace etch {  // not in a build's own namespace: all builds share these names

/// What a file is compiled for: the baseline, for which the rest of the program is compiled, or a level of x86-64 as
/// the psABI defines them: v2 has SSE4.2, v3 AVX2 and FMA (Intel since 2013, AMD since 2015), v4 AVX-512.
enum class instruction_set { baseline, x86_64_v2, x86_64_v3, x86_64_v4 };

/// What this file is compiled for.
inline constexpr instruction_set this_build = instruction_set::ETCH_INSTRUCTION_SET;

/// Pointers to the functions of one build of a file. `Functions` is a struct of yours. They may take numbers, pointers,
/// spans and bytes; the types of etch differ from build to build, so a function that takes one does not link.
template <class Functions, instruction_set Set>
struct build {
    static const Functions functions;
};

inline namespace ETCH_VARIANT {

namespace internal {

#if defined(__GNUC__) && defined(__x86_64__)
struct cpuid_words {
    unsigned eax, ebx, ecx, edx;
};
ETCH_INLINE cpuid_words cpuid(unsigned leaf, unsigned subleaf = 0) noexcept {
    cpuid_words words{};
    asm("cpuid" : "=a"(words.eax), "=b"(words.ebx), "=c"(words.ecx), "=d"(words.edx) : "a"(leaf), "c"(subleaf));
    return words;
}

/// The highest level that both the processor and the operating system provide.
inline instruction_set detect_instruction_set() noexcept {
    // The bits of each level, from the x86-64 psABI and Intel's manual (volume 2A, CPUID).
    constexpr unsigned v2_1c = 1u << 0 | 1u << 9 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 23;  // SSE3 SSSE3 CMPXCHG16B
                                                                                               // SSE4.1 SSE4.2 POPCNT
    constexpr unsigned v3_1c = 1u << 12 | 1u << 22 | 1u << 27 | 1u << 28 | 1u << 29;  // FMA MOVBE OSXSAVE AVX F16C
    constexpr unsigned v3_7b = 1u << 3 | 1u << 5 | 1u << 8;                           // BMI1 AVX2 BMI2
    constexpr unsigned v2_80c = 1u << 0, v3_80c = 1u << 5;                            // LAHF, LZCNT
    constexpr unsigned v4_7b = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;  // AVX512 F DQ CD BW VL
    const auto has = [](unsigned word, unsigned bits) { return (word & bits) == bits; };

    const unsigned leaf_1c = cpuid(1).ecx;
    const unsigned leaf_7b = cpuid(0).eax >= 7 ? cpuid(7).ebx : 0;
    const unsigned leaf_80c = cpuid(0x80000000u).eax >= 0x80000001u ? cpuid(0x80000001u).ecx : 0;
    if (!has(leaf_1c, v2_1c) || !has(leaf_80c, v2_80c)) return instruction_set::baseline;
    if (!has(leaf_1c, v3_1c) || !has(leaf_7b, v3_7b) || !has(leaf_80c, v3_80c)) return instruction_set::x86_64_v2;
    unsigned saved = 0, upper = 0;  // which registers the operating system saves: XCR0
    asm volatile("xgetbv" : "=a"(saved), "=d"(upper) : "c"(0));
    if (!has(saved, 0x06u)) return instruction_set::x86_64_v2;                          // SSE and AVX
    if (!has(leaf_7b, v4_7b) || !has(saved, 0xe6u)) return instruction_set::x86_64_v3;  // and AVX-512
    return instruction_set::x86_64_v4;
}
#else
inline instruction_set detect_instruction_set() noexcept { return instruction_set::baseline; }
#endif

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"  // it is defined in the file that is compiled for the set
#endif
template <class Functions, instruction_set... Sets>
const Functions& choose_build(instruction_set limit) noexcept {
    const Functions* best = nullptr;
    ((Sets <= limit || Sets == instruction_set::baseline ? void(best = &build<Functions, Sets>::functions) : void()),
     ...);
    return *best;
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

}  // namespace internal

/// The highest level of x86-64 that this processor and its operating system provide. Detected once: later calls read a
/// variable.
[[nodiscard]] inline instruction_set best_instruction_set() noexcept {
    static const instruction_set best = internal::detect_instruction_set();
    return best;
}

/// The functions of the best build in the program (the list VARIANTS of etch_multi_isa) that this processor can run.
/// `limit` excludes better ones, to test a build or to make players on different machines use the same one.
template <class Functions>
[[nodiscard]] const Functions& best_build(instruction_set limit = best_instruction_set()) noexcept {
    using enum instruction_set;
    const instruction_set best = best_instruction_set();
    return internal::choose_build<Functions, ETCH_INSTRUCTION_SETS>(limit < best ? limit : best);
}

}  // namespace ETCH_VARIANT

}  // namespace etch
