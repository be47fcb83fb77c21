// expect: etch: a matrix product needs as many columns on the left as there are rows on the right
// checked with: g++ 12, clang 14, clang 19
#include <etch/tensor/product.hpp>

#ifdef ETCH_REJECT
using right = etch::matrix<float, 4, 5>;
#else
using right = etch::matrix<float, 3, 5>;
#endif

etch::matrix<float, 2, 5> product(const etch::matrix<float, 2, 3>& a, const right& b) { return a * b; }
