#pragma once
// Includes the files in target/ that match the compiler's target; the only file in simd/ that tests for one. Operations
// that none of them provides use xsimd (registers.hpp) or plain numbers (plain.hpp).
#include <cstddef>

#include <etch/core/config.hpp>
#include <etch/simd/operations.hpp>

namespace etch::inline ETCH_VARIANT {

/// The number of registers for lanes: the limit for a tile.
inline constexpr std::size_t register_count =
#if defined(__AVX512F__) || defined(__aarch64__) || defined(_M_ARM64) || defined(__arm__) || defined(__riscv)
    32;
#else
    16;
#endif

}  // namespace etch::inline ETCH_VARIANT

#if ETCH_HAS_XSIMD

#if defined(__SSE2__)
#include <etch/simd/target/sse2.hpp>
#endif
#if defined(__wasm__)
#include <etch/simd/target/wasm.hpp>
#elif defined(__x86_64__) || defined(__i386__) || defined(_M_X64)
#include <etch/simd/target/x86.hpp>
#if defined(__AVX__)
#include <etch/simd/target/avx.hpp>
#endif
#if defined(__FMA__) || (ETCH_HARDWARE_FMA && defined(_MSC_VER))
#include <etch/simd/target/fma.hpp>
#endif
#if defined(__AVX2__)
#include <etch/simd/target/avx2.hpp>
#endif
#if defined(__AVX512F__)
#include <etch/simd/target/avx512f.hpp>
#if defined(__AVX512DQ__) && defined(__AVX512VL__)
#include <etch/simd/target/avx512.hpp>
#endif
#endif
#elif defined(__aarch64__) || defined(_M_ARM64)
#include <etch/simd/target/neon.hpp>
#endif

#endif  // ETCH_HAS_XSIMD

#if defined(__GNUC__) && defined(__arm__) && ETCH_HARDWARE_FMA
#include <etch/simd/target/cortex_m.hpp>
#endif
