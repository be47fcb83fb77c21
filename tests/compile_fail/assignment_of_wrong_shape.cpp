// expect: etch: both sides of an assignment need the same number of rows and of columns, and the same element type
// checked with: g++ 12, clang 14, clang 19
#include <etch/tensor/elementwise.hpp>

#ifdef ETCH_REJECT
using left = etch::matrix<float, 3, 2>;
#else
using left = etch::matrix<float, 2, 3>;
#endif

void assign(left& to, const etch::matrix<float, 2, 3>& a, const etch::matrix<float, 2, 3>& b) { to = a + b; }
