// expect: etch: -fno-signed-zeros lets the compiler ignore the sign of a zero
// checked with: g++ 12
// flags: -fno-signed-zeros
// only: ^GNU 1[2-9]
#ifdef ETCH_REJECT
#include <etch/core/config.hpp>
#else
#define ETCH_ALLOW_FAST_MATH
#include <etch/core/config.hpp>
#endif
static_assert(ETCH_VERSION_MAJOR == 0);
