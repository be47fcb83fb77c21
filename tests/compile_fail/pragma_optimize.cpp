// expect: etch: this file is compiled with -funsafe-math-optimizations or a part of it
// checked with: g++ 12
// only: ^GNU
// optimized
#ifdef ETCH_REJECT
#pragma GCC optimize("Ofast")
#endif
#include <etch/core/config.hpp>
static_assert(ETCH_VERSION_MAJOR == 0);
