// expect: etch: this file is compiled with -funsafe-math-optimizations or a part of it
// checked with: clang 14, clang 19
// flags: -freciprocal-math
// only: Clang|^GNU 11
// optimized
#ifdef ETCH_REJECT
#include <etch/core/config.hpp>
#else
#define ETCH_ALLOW_FAST_MATH
#include <etch/core/config.hpp>
#endif
static_assert(ETCH_VERSION_MAJOR == 0);
