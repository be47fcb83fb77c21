// expect: etch: this file is compiled with -fno-honor-nans or -fno-honor-infinities
// checked with: clang 14, clang 19
// flags: -fno-honor-infinities
// only: Clang
// optimized
#ifdef ETCH_REJECT
#include <etch/core/config.hpp>
#else
#define ETCH_ALLOW_FAST_MATH
#include <etch/core/config.hpp>
#endif
static_assert(ETCH_VERSION_MAJOR == 0);
