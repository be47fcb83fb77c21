// expect: etch: this target computes floats with more digits than they have (x87)
// checked with: g++ 12
// flags when rejected: -mfpmath=387 -DETCH_ALLOW_FAST_MATH
// only: ^GNU .* (x86_64|AMD64)
#if defined(ETCH_REJECT) == (__FLT_EVAL_METHOD__ == 0)
#error "the flag has no effect"
#endif
#include <etch/core/config.hpp>
static_assert(ETCH_VERSION_MAJOR == 0);
