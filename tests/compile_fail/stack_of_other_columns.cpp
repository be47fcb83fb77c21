// expect: etch: stack(a, b, ...) needs parts with the same number of columns and the same element type
// checked with: g++ 12, clang 14, clang 19
#include <etch/tensor/stack.hpp>

#ifdef ETCH_REJECT
using lower = etch::matrix<float, 2, 5>;
#else
using lower = etch::matrix<float, 2, 3>;
#endif

etch::matrix<float, 6, 3> stacked(const etch::matrix<float, 4, 3>& upper, const lower& b) {
    return etch::stack(upper, b);
}
