// expect: etch: -freciprocal-math lets the compiler multiply where a division is written
// checked with: g++ 12
// flags: -freciprocal-math
// only: ^GNU 1[2-9]
#ifdef ETCH_REJECT
#include <etch/core/config.hpp>
#else
#define ETCH_ALLOW_FAST_MATH
#include <etch/core/config.hpp>
#endif
static_assert(ETCH_VERSION_MAJOR == 0);
