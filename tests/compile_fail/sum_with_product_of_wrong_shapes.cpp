// expect: etch: what is added to a matrix product needs the product's shape and element type
// checked with: g++ 12, clang 14, clang 19
#include <etch/tensor/product.hpp>

#ifdef ETCH_REJECT
using bias = etch::vector<float, 3>;
#else
using bias = etch::vector<float, 2>;
#endif

etch::vector<float, 2> forward(const etch::matrix<float, 2, 3>& W, const etch::vector<float, 3>& a, const bias& b) {
    return W * a + b;
}
