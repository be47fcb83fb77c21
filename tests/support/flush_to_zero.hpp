#pragma once
// The processor's mode in which a denormal result becomes zero (flush to zero), and a denormal operand counts as zero
// (denormals are zero). On other targets than x86 nothing happens, and `has_flush_to_zero` says so.
#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#endif

namespace support {

#if defined(__SSE2__) || defined(_M_X64)
inline constexpr bool has_flush_to_zero = true;

class flush_to_zero {
public:
    flush_to_zero() noexcept : before_{_mm_getcsr()} { _mm_setcsr(before_ | 0x8040u); }
    ~flush_to_zero() { _mm_setcsr(before_); }
    flush_to_zero(const flush_to_zero&) = delete;

private:
    unsigned before_;
};
#else
inline constexpr bool has_flush_to_zero = false;

struct flush_to_zero {
    ~flush_to_zero() {}
};
#endif

}  // namespace support
