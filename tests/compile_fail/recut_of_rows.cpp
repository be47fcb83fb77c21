// expect: etch: recut takes a named tensor, or a view of one without gaps
// checked with: g++ 12, clang 14, clang 19
#include <etch/tensor/recut.hpp>
#include <etch/tensor/rows.hpp>

#ifdef ETCH_REJECT
inline constexpr std::size_t count = 2;
#else
inline constexpr std::size_t count = 4;
#endif

void cut(const etch::matrix<float, 4, 6>& m) { (void)etch::recut<3, 2 * count>(etch::rows<0, count>(m)); }
