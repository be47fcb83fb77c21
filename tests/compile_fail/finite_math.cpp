// expect: etch: -ffinite-math-only lets the compiler assume that there is no NaN
// checked with: g++ 12, clang 14, clang 19
// flags: -ffinite-math-only
#ifdef ETCH_REJECT
#include <etch/core/config.hpp>
#else
#define ETCH_ALLOW_FAST_MATH
#include <etch/core/config.hpp>
#endif
static_assert(ETCH_VERSION_MAJOR == 0);
