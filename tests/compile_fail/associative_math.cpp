// expect: etch: -fassociative-math lets the compiler reorder sums
// checked with: g++ 12
// flags: -fassociative-math -fno-signed-zeros -fno-trapping-math
// only: ^GNU 1[2-9]
#ifdef ETCH_REJECT
#include <etch/core/config.hpp>
#else
#define ETCH_ALLOW_FAST_MATH
#include <etch/core/config.hpp>
#endif
static_assert(ETCH_VERSION_MAJOR == 0);
