// expect: etch: -fsingle-precision-constant turns the doubles
// checked with: g++ 12
// flags: -fsingle-precision-constant
// only: ^GNU
#ifdef ETCH_REJECT
#include <etch/core/config.hpp>
#else
#define ETCH_ALLOW_FAST_MATH
#include <etch/core/config.hpp>
#endif
static_assert(ETCH_VERSION_MAJOR == 0);
