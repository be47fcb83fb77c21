#pragma once
// While it exists, this thread's processor flushes denormals (numbers below 1.2e-38) to zero. An audio callback needs
// that: when the signal fades to silence, states do too, and arithmetic with denormals takes many times as long.
#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#endif

class flush_to_zero {
public:
    flush_to_zero() noexcept : before_{mode()} { set_mode(before_ | bits); }
    ~flush_to_zero() { set_mode(before_); }
    flush_to_zero(const flush_to_zero&) = delete;
    flush_to_zero& operator=(const flush_to_zero&) = delete;

private:
#if defined(__SSE2__) || defined(_M_X64)
    using word = unsigned;
    static constexpr word bits = 0x8040;  // of MXCSR: results (FTZ) and operands (DAZ)
    static word mode() noexcept { return _mm_getcsr(); }
    static void set_mode(word mode) noexcept { _mm_setcsr(mode); }
#elif defined(__aarch64__)
    using word = unsigned long long;
    static constexpr word bits = 1 << 24;  // of FPCR: FZ, results and operands
    static word mode() noexcept {
        word mode;
        asm volatile("mrs %0, fpcr" : "=r"(mode));
        return mode;
    }
    static void set_mode(word mode) noexcept { asm volatile("msr fpcr, %0" : : "r"(mode)); }
#elif defined(__arm__) && defined(__ARM_FP)
    using word = unsigned;
    static constexpr word bits = 1 << 24;  // of FPSCR: FZ
    static word mode() noexcept {
        word mode;
        asm volatile("vmrs %0, fpscr" : "=r"(mode));
        return mode;
    }
    static void set_mode(word mode) noexcept { asm volatile("vmsr fpscr, %0" : : "r"(mode)); }
#else
    using word = unsigned;
    static constexpr word bits = 0;
    static word mode() noexcept { return 0; }
    static void set_mode(word /*mode*/) noexcept {}
#endif

    word before_;
};
