// expect: etch: recut<Rows, Columns>(m) needs Rows * Columns to be the number of elements of m
// checked with: g++ 12, clang 14, clang 19
#include <etch/tensor/recut.hpp>

#ifdef ETCH_REJECT
inline constexpr std::size_t columns = 4;
#else
inline constexpr std::size_t columns = 3;
#endif

float first(const etch::matrix<float, 2, 6>& m) { return etch::recut<4, columns>(m)(0, 0); }
