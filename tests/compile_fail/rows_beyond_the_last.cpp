// expect: etch: rows<From, Count>(m) needs at least one row, and From + Count must not exceed the number of rows of m
// checked with: g++ 12, clang 14, clang 19
#include <etch/tensor/rows.hpp>

#ifdef ETCH_REJECT
inline constexpr std::size_t count = 3;
#else
inline constexpr std::size_t count = 2;
#endif

float first(const etch::matrix<float, 4, 6>& m) { return etch::rows<2, count>(m)(0, 0); }
