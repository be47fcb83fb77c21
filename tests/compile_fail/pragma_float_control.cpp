// expect: etch: this file is compiled with -funsafe-math-optimizations or a part of it
// checked with: clang 14, clang 19
// only: Clang
// optimized
#ifdef ETCH_REJECT
#pragma float_control(precise, off)
#endif
#include <etch/core/config.hpp>
static_assert(ETCH_VERSION_MAJOR == 0);
