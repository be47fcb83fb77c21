// expect: etch: the operands of an elementwise operation need the same shape and element type
// checked with: g++ 12, clang 14, clang 19
#include <etch/tensor/elementwise.hpp>

#ifdef ETCH_REJECT
using right = etch::matrix<float, 3, 2>;
#else
using right = etch::matrix<float, 2, 3>;
#endif

etch::matrix<float, 2, 3> sum(const etch::matrix<float, 2, 3>& a, const right& b) { return a + b; }
