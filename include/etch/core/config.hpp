#pragma once
// Everything that depends on the compiler or on the user's settings: the only file of etch that defines macros.
//
// Settings, each a macro that the user may define before the first include (or as a compile definition):
//   ETCH_NO_SIMD           plain numbers instead of SIMD registers; xsimd is not even included
//   ETCH_FMA               1: a multiply that feeds an add is fused and rounded once (the first numeric contract);
//                          0: the product is rounded too (the second). The default is what the hardware does
//   ETCH_ALLOW_FAST_MATH   accept -ffast-math and its parts, and give up the promise of the same outputs everywhere
//                          (core/compiler_flags.hpp)
//   ETCH_KEEP_CALLS        1: the small functions of a kernel are called, not inlined, at any optimization level.
//                          Compiles in half the time and runs many times slower; the same bits. For tests at -O0
//   ETCH_BUILD             a word that keeps this file's build of etch apart from others in the same program if no
//                          setting that etch can see distinguishes them (-Og next to -O2)
//   ETCH_INSTRUCTION_SET, ETCH_INSTRUCTION_SETS   see core/dispatch.hpp; defined by the CMake function etch_multi_isa

#include <cstddef>

#define ETCH_VERSION_MAJOR 0
#define ETCH_VERSION_MINOR 1
#define ETCH_VERSION_PATCH 0

#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error "etch: C++20 is needed, for example -std=c++20"
#endif

// The kernels are built from small functions that must be inlined, also if the file that calls them is compiled at -O0.
//
// ETCH_UNROLL(i, count) statement; runs the statement for i = 0 ... count - 1, fully unrolled: every index becomes a
// literal, so that the arrays it indexes can live in registers. It must be requested, since -O2 does not unroll by
// itself; count is at most 64.
//
// Under AddressSanitizer calls stay calls and loops stay loops: otherwise each access gets a check of its own, and a
// file that took 9 s took 219 s to compile. ETCH_KEEP_CALLS does the same in any build.
#if defined(__SANITIZE_ADDRESS__)
#define ETCH_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ETCH_ADDRESS_SANITIZER 1
#elif __has_feature(thread_sanitizer)
#define ETCH_CLANG_SANITIZER _tsan
#elif __has_feature(memory_sanitizer)
#define ETCH_CLANG_SANITIZER _msan
#endif
#endif

#if !defined(ETCH_KEEP_CALLS)
#if defined(ETCH_ADDRESS_SANITIZER)
#define ETCH_KEEP_CALLS 1
#else
#define ETCH_KEEP_CALLS 0
#endif
#endif

#if ETCH_KEEP_CALLS
#define ETCH_INLINE inline
#define ETCH_INLINE_LAMBDA
#define ETCH_UNROLL_NEXT
#elif defined(_MSC_VER) && !defined(__clang__)
#define ETCH_INLINE __forceinline
#define ETCH_INLINE_LAMBDA [[msvc::forceinline]]
#define ETCH_UNROLL_NEXT
#elif defined(__clang__)
#define ETCH_INLINE inline __attribute__((__always_inline__))
#define ETCH_INLINE_LAMBDA __attribute__((__always_inline__))
#define ETCH_UNROLL_NEXT _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define ETCH_INLINE inline __attribute__((__always_inline__))
#define ETCH_INLINE_LAMBDA __attribute__((__always_inline__))
#define ETCH_UNROLL_NEXT _Pragma("GCC unroll 64")
#else
#define ETCH_INLINE inline
#define ETCH_INLINE_LAMBDA
#define ETCH_UNROLL_NEXT
#endif
#define ETCH_UNROLL(index, count) ETCH_UNROLL_NEXT for (std::size_t index = 0; index != (count); ++index)

#if defined(_MSC_VER) && !defined(__clang__)
#define ETCH_NO_INLINE __declspec(noinline)
#elif defined(__GNUC__)
#define ETCH_NO_INLINE __attribute__((noinline))
#else
#define ETCH_NO_INLINE
#endif

// Whether this is evaluated in a constant expression. Uses the builtin that g++, clang and MSVC share, which the front
// end resolves; std::is_constant_evaluated() is an ordinary call until the optimizer runs, and the functions behind it,
// though never called at run time, took 5 % of a network's compile time.
#define ETCH_CONSTANT_EVALUATED __builtin_is_constant_evaluated()

// xsimd has registers for these targets; elsewhere it must not be included.
#if !defined(ETCH_NO_SIMD)
#if defined(__SSE2__) || defined(_M_X64) || defined(__aarch64__) || defined(_M_ARM64)
#define ETCH_HAS_XSIMD 1
#endif
#endif
#if !defined(ETCH_HAS_XSIMD)
#define ETCH_HAS_XSIMD 0
#endif

// Whether the target multiplies and adds in one instruction. g++ defines __FP_FAST_FMAF; for other compilers these are
// the targets that always have it, and the macros by which the rest report it.
#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__FMA4__) || defined(__AVX512F__) || \
    defined(__AVX2__) && defined(_MSC_VER) || defined(__aarch64__) || defined(_M_ARM64) ||      \
    defined(__ARM_FEATURE_FMA) || defined(__riscv_flen) || defined(__loongarch_frlen) ||        \
    defined(__s390__) && !defined(__SOFTFP__) && defined(__clang__) ||                          \
    defined(__powerpc__) && !defined(__NO_FPRS__) && defined(__clang__) ||                      \
    defined(__mips_hard_float) && __mips_isa_rev >= 6
#define ETCH_HARDWARE_FMA 1
#else
#define ETCH_HARDWARE_FMA 0
#endif

// Whether a compiler may fuse a product with a sum by itself: if the target has the instruction, or if neither is
// known. On MIPS the fused vector instruction (MSA) is older than the fused scalar one, and WebAssembly's relaxed SIMD
// has one that is fused on some machines only.
#if ETCH_HARDWARE_FMA || defined(__mips_msa) || defined(__wasm_relaxed_simd__)
#define ETCH_MAY_CONTRACT 1
#elif defined(__GNUC__) && !defined(__clang__) || defined(__x86_64__) || defined(__i386__) || defined(_M_X64) || \
    defined(_M_IX86) || defined(__arm__) || defined(__riscv) || defined(__wasm__)
#define ETCH_MAY_CONTRACT 0
#else
#define ETCH_MAY_CONTRACT 1
#endif

#if !defined(ETCH_FMA)
#define ETCH_FMA ETCH_HARDWARE_FMA
#endif

// How inline assembly names a register that contains floats, both read and written (simd/opaque.hpp).
#if defined(__AVX512VL__)
#define ETCH_FLOAT_REGISTER "+v"
#elif defined(__SSE2__) && !defined(__wasm__)
#define ETCH_FLOAT_REGISTER "+x"
#elif defined(__aarch64__)
#define ETCH_FLOAT_REGISTER "+w"
#elif defined(__arm__) && defined(__ARM_FP)
#define ETCH_FLOAT_REGISTER "+t"
#elif defined(__riscv_flen) || defined(__s390__) || defined(__loongarch_frlen) || defined(__mips_hard_float) || \
    (defined(__powerpc__) && !defined(__NO_FPRS__))
#define ETCH_FLOAT_REGISTER "+f"
#else
#define ETCH_FLOAT_REGISTER "+m"
#endif

// A program may contain several builds of etch, one file per instruction set. All of etch is in an inline namespace
// named after everything that changes its code, so that the linker never merges functions of different builds, and
// passing a network from one build to another does not link. Compilers show it: etch::on_avx2::dense<4>.
//
// The name: on_, the widest registers, a letter for each difference from the level of x86-64 that has these registers
// (x86-64, -v2, -v3, -v4 have none), and a word for each setting that is not the default. Only instructions that a
// compiler may use on its own count; AES, SHA, RDRAND and the like are only used on request.
#define ETCH_JOIN_(a, b, c, d, e, f, g, h, i) a##b##c##d##e##f##g##h##i
#define ETCH_JOIN(...) ETCH_JOIN_(__VA_ARGS__)
#define ETCH_SECOND_(a, b, ...) b
#define ETCH_SECOND(...) ETCH_SECOND_(__VA_ARGS__)
#define ETCH_COMMA_1 ,
#define ETCH_COMMA_1000000 ,
#define ETCH_COMMA_(value) ETCH_COMMA_##value
#define ETCH_COMMA(macro) ETCH_COMMA_(macro)
#define ETCH_WITH(letter, macro) ETCH_SECOND(ETCH_COMMA(macro) letter, , ~)    // the letter where the macro is 1
#define ETCH_WITHOUT(letter, macro) ETCH_SECOND(ETCH_COMMA(macro), letter, ~)  // the letter where it is not defined

#if defined(__x86_64__) || defined(__i386__) || defined(_M_X64) || defined(_M_IX86)
#define ETCH_LEVEL_2(each)                                                                                            \
    ETCH_JOIN(each(a, __SSE3__), each(b, __SSSE3__), each(c, __SSE4_1__), each(d, __SSE4_2__), each(e, __POPCNT__), , \
              , , )
#define ETCH_LEVEL_3(each)                                                                                 \
    ETCH_JOIN(each(f, __AVX__), each(g, __AVX2__), each(h, __BMI__), each(w, __BMI2__), each(j, __F16C__), \
              each(k, __FMA__), each(l, __LZCNT__), each(m, __MOVBE__), )
#define ETCH_LEVEL_4(each)                                                                               \
    ETCH_JOIN(each(n, __AVX512F__), each(o, __AVX512BW__), each(p, __AVX512CD__), each(q, __AVX512DQ__), \
              each(r, __AVX512VL__), , , , )
#define ETCH_LEVEL_BEYOND                                                                                         \
    ETCH_JOIN(                                                                                                    \
        ETCH_JOIN(ETCH_WITH(s, __AVX512BF16__), ETCH_WITH(t, __AVX512FP16__), ETCH_WITH(u, __AVXVNNI__),          \
                  ETCH_WITH(v, __SSE4A__), ETCH_WITH(zt, __AVX512VP2INTERSECT__), ETCH_WITH(x, __AVX10_1__),      \
                  ETCH_WITH(y, __APX_F__), ETCH_WITH(za, __AVXIFMA__), ETCH_WITH(zb, __AVXVNNIINT8__)),           \
        ETCH_JOIN(ETCH_WITH(zc, __AVXVNNIINT16__), ETCH_WITH(zd, __AVXNECONVERT__), ETCH_WITH(ze, __CMPCCXADD__), \
                  ETCH_WITH(zf, __RAOINT__), ETCH_WITH(zg, __AVX10_2__), ETCH_WITH(zh, __FMA4__),                 \
                  ETCH_WITH(zi, __XOP__), ETCH_WITH(zj, __TBM__), ETCH_WITH(zk, __AVX512ER__)),                   \
        ETCH_WITH(zl, __AVX5124FMAPS__), ETCH_LEVEL_ICE_LAKE(ETCH_WITH), , , , , )
#if defined(__AVX512VNNI__) && defined(__AVX512IFMA__) && defined(__AVX512VBMI__) && defined(__AVX512VBMI2__) && \
    defined(__AVX512BITALG__) && defined(__AVX512VPOPCNTDQ__) && defined(__GFNI__)
#define ETCH_LEVEL_ICE_LAKE(each) i
#else
#define ETCH_LEVEL_ICE_LAKE(each)                                                                                      \
    ETCH_JOIN(each(zm, __AVX512VNNI__), each(zn, __AVX512IFMA__), each(zo, __AVX512VBMI__), each(zp, __AVX512VBMI2__), \
              each(zq, __AVX512BITALG__), each(zr, __AVX512VPOPCNTDQ__), each(zs, __GFNI__), , )
#endif
#if defined(__AVX512F__)
#define ETCH_TARGET                                                                                          \
    ETCH_JOIN(on_avx512, ETCH_LEVEL_2(ETCH_WITHOUT), ETCH_LEVEL_3(ETCH_WITHOUT), ETCH_LEVEL_4(ETCH_WITHOUT), \
              ETCH_LEVEL_BEYOND, , , , )
#elif defined(__AVX2__)
#define ETCH_TARGET \
    ETCH_JOIN(on_avx2, ETCH_LEVEL_2(ETCH_WITHOUT), ETCH_LEVEL_3(ETCH_WITHOUT), ETCH_LEVEL_BEYOND, , , , , )
#elif defined(__AVX__)
#define ETCH_TARGET ETCH_JOIN(on_avx, ETCH_LEVEL_2(ETCH_WITHOUT), ETCH_LEVEL_3(ETCH_WITH), ETCH_LEVEL_BEYOND, , , , , )
#elif defined(__SSE4_2__)
#define ETCH_TARGET ETCH_JOIN(on_sse4, ETCH_LEVEL_2(ETCH_WITHOUT), ETCH_LEVEL_3(ETCH_WITH), ETCH_LEVEL_BEYOND, , , , , )
#elif defined(__SSE2__) || defined(_M_X64)
#define ETCH_TARGET ETCH_JOIN(on_sse2, ETCH_LEVEL_2(ETCH_WITH), ETCH_LEVEL_3(ETCH_WITH), ETCH_LEVEL_BEYOND, , , , , )
#else
#define ETCH_TARGET ETCH_JOIN(on_x87, ETCH_WITH(a, __SSE__), ETCH_WITH(b, __i686__), , , , , , )
#endif
#elif defined(__aarch64__) || defined(_M_ARM64)
#if defined(__ARM_FEATURE_SVE_BITS)
#define ETCH_SVE_BITS __ARM_FEATURE_SVE_BITS
#else
#define ETCH_SVE_BITS
#endif
#define ETCH_TARGET                                                                                                  \
    ETCH_JOIN(ETCH_JOIN(on_neon, __ARM_ARCH, ETCH_WITH(a, __ARM_FEATURE_ATOMICS), ETCH_WITH(b, __ARM_FEATURE_QRDMX), \
                        ETCH_WITH(c, __ARM_FEATURE_DOTPROD), ETCH_WITH(d, __ARM_FEATURE_FP16_VECTOR_ARITHMETIC),     \
                        ETCH_WITH(e, __ARM_FEATURE_FP16_FML), ETCH_WITH(f, __ARM_FEATURE_BF16_VECTOR_ARITHMETIC),    \
                        ETCH_WITH(g, __ARM_FEATURE_MATMUL_INT8)),                                                    \
              ETCH_JOIN(ETCH_WITH(h, __ARM_FEATURE_COMPLEX), ETCH_WITH(i, __ARM_FEATURE_JCVT),                       \
                        ETCH_WITH(j, __ARM_FEATURE_FRINT), ETCH_WITH(k, __ARM_FEATURE_RCPC),                         \
                        ETCH_WITH(l, __ARM_FEATURE_SHA3), ETCH_WITH(m, __ARM_FEATURE_MOPS),                          \
                        ETCH_WITH(n, __ARM_FEATURE_CSSC), ETCH_WITH(o, __ARM_FEATURE_CRC32),                         \
                        ETCH_WITH(p, __ARM_FEATURE_PAUTH)),                                                          \
              ETCH_JOIN(ETCH_WITH(s, __ARM_FEATURE_SVE), ETCH_SVE_BITS, ETCH_WITH(t, __ARM_FEATURE_SVE2),            \
                        ETCH_WITH(u, __ARM_FEATURE_SVE2p1), ETCH_WITH(v, __ARM_FEATURE_SVE_MATMUL_FP32),             \
                        ETCH_WITH(w, __ARM_FEATURE_SVE_BF16), ETCH_WITH(x, __ARM_FEATURE_SVE2_SHA3),                 \
                        ETCH_WITH(y, __ARM_FEATURE_SME), ),                                                          \
              , , , , , )
#elif defined(__arm__)
#if defined(__ARM_FP)
#define ETCH_ARM_FP __ARM_FP  // a bit for half, single and double precision
#else
#define ETCH_ARM_FP
#endif
#if defined(__ARM_FEATURE_MVE)
#define ETCH_ARM_MVE __ARM_FEATURE_MVE  // 1: integers, 3: also floats
#else
#define ETCH_ARM_MVE
#endif
#define ETCH_TARGET                                                                                           \
    ETCH_JOIN(ETCH_JOIN(on_arm, __ARM_ARCH, f, ETCH_ARM_FP, m, ETCH_ARM_MVE, ETCH_WITH(a, __ARM_FEATURE_FMA), \
                        ETCH_WITH(b, __ARM_NEON), ETCH_WITH(c, __ARM_FEATURE_DSP)),                           \
              ETCH_JOIN(ETCH_WITH(d, __ARM_FEATURE_IDIV), ETCH_WITH(e, __ARM_FEATURE_CRC32),                  \
                        ETCH_WITH(g, __ARM_FEATURE_NUMERIC_MAXMIN), ETCH_WITH(h, __ARM_FEATURE_DOTPROD),      \
                        ETCH_WITH(i, __ARM_FEATURE_UNALIGNED), ETCH_WITH(j, __ARM_FEATURE_CLZ),               \
                        ETCH_WITH(k, __thumb__), ETCH_WITH(l, __thumb2__), ),                                 \
              , , , , , , )
#elif defined(__riscv)
#if defined(__riscv_flen)
#define ETCH_RISCV_FLOATS __riscv_flen
#else
#define ETCH_RISCV_FLOATS
#endif
#if defined(__riscv_v_min_vlen)
#define ETCH_RISCV_VECTORS __riscv_v_min_vlen
#else
#define ETCH_RISCV_VECTORS
#endif
#define ETCH_TARGET                                                                                                  \
    ETCH_JOIN(ETCH_JOIN(on_rv, __riscv_xlen, f, ETCH_RISCV_FLOATS, v, ETCH_RISCV_VECTORS, ETCH_WITH(a, __riscv_mul), \
                        ETCH_WITH(b, __riscv_atomic), ETCH_WITH(c, __riscv_compressed)),                             \
              ETCH_JOIN(ETCH_WITH(d, __riscv_zba), ETCH_WITH(e, __riscv_zbb), ETCH_WITH(g, __riscv_zbs),             \
                        ETCH_WITH(h, __riscv_zbc), ETCH_WITH(i, __riscv_zfh), ETCH_WITH(j, __riscv_zfa),             \
                        ETCH_WITH(k, __riscv_zicond), ETCH_WITH(l, __riscv_zvfh), ETCH_WITH(m, __riscv_v)),          \
              , , , , , , )
#elif defined(__wasm__)
#define ETCH_TARGET                                                                         \
    ETCH_JOIN(on_wasm, ETCH_WITH(a, __wasm_simd128__), ETCH_WITH(b, __wasm_relaxed_simd__), \
              ETCH_WITH(c, __wasm_nontrapping_fptoint__), ETCH_WITH(d, __wasm_sign_ext__),  \
              ETCH_WITH(e, __wasm_bulk_memory__), ETCH_WITH(f, __SSE2__), ETCH_WITH(g, __wasm_atomics__), )
#elif defined(__powerpc__) || defined(__powerpc64__)
#define ETCH_TARGET                                                                                        \
    ETCH_JOIN(on_power, ETCH_WITH(a, __ALTIVEC__), ETCH_WITH(b, __VSX__), ETCH_WITH(c, __POWER8_VECTOR__), \
              ETCH_WITH(d, __POWER9_VECTOR__), ETCH_WITH(e, _ARCH_PWR9), ETCH_WITH(f, _ARCH_PWR10),        \
              ETCH_WITH(g, __MMA__), ETCH_WITH(h, _ARCH_PWR11))
#elif defined(__s390x__)
#define ETCH_TARGET ETCH_JOIN(on_s390x, __ARCH__, ETCH_WITH(a, __VX__), , , , , , )
#else
#define ETCH_TARGET on_this_target
#endif

#if defined(ETCH_NO_SIMD)
#define ETCH_NAME_SIMD _plain
#else
#define ETCH_NAME_SIMD
#endif
#if ETCH_FMA && !ETCH_HARDWARE_FMA
#define ETCH_NAME_CONTRACT _fused
#elif !ETCH_FMA && ETCH_HARDWARE_FMA
#define ETCH_NAME_CONTRACT _rounded
#else
#define ETCH_NAME_CONTRACT
#endif
#if defined(ETCH_ALLOW_FAST_MATH)
#define ETCH_NAME_MATH _fast
#else
#define ETCH_NAME_MATH
#endif
#if defined(__OPTIMIZE_SIZE__)
#define ETCH_NAME_LEVEL _Os
#elif defined(__GNUC__) && !defined(__OPTIMIZE__)
#define ETCH_NAME_LEVEL _O0
#else
#define ETCH_NAME_LEVEL
#endif
#if defined(ETCH_ADDRESS_SANITIZER)
#define ETCH_NAME_SANITIZER _asan
#elif defined(__SANITIZE_THREAD__)
#define ETCH_NAME_SANITIZER _tsan
#elif defined(ETCH_CLANG_SANITIZER)
#define ETCH_NAME_SANITIZER ETCH_CLANG_SANITIZER
#else
#define ETCH_NAME_SANITIZER
#endif
#if defined(ETCH_BUILD)
#define ETCH_NAME_BUILD ETCH_JOIN(_, ETCH_BUILD, , , , , , , )
#else
#define ETCH_NAME_BUILD
#endif
#define ETCH_VARIANT                                                                                                 \
    ETCH_JOIN(ETCH_TARGET, ETCH_NAME_SIMD, ETCH_NAME_CONTRACT, ETCH_NAME_MATH, ETCH_NAME_LEVEL, ETCH_NAME_SANITIZER, \
              ETCH_NAME_BUILD, , )

// If a file is compiled for several instruction sets: which one this is, and the program's list (core/dispatch.hpp).
#if !defined(ETCH_INSTRUCTION_SET)
#define ETCH_INSTRUCTION_SET baseline
#endif
#if !defined(ETCH_INSTRUCTION_SETS)
#define ETCH_INSTRUCTION_SETS baseline
#endif

namespace etch::inline ETCH_VARIANT {

/// Whether a multiply that feeds an add is fused and rounded once (the first numeric contract), or not (the second).
inline constexpr bool fused_multiply_add = ETCH_FMA != 0;

/// Whether kernels run in SIMD registers, or on plain numbers.
inline constexpr bool has_simd = ETCH_HAS_XSIMD != 0;

}  // namespace etch::inline ETCH_VARIANT

#include <etch/core/compiler_flags.hpp>
