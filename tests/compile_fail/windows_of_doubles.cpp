// expect: etch: signal and targets of windows must be contiguous numbers of the network's type
// checked with: g++ 12, clang 14, clang 19
#include <vector>

#include <etch/data/windows.hpp>

#ifdef ETCH_REJECT
using number = double;
#else
using number = float;
#endif

std::size_t count(const std::vector<number>& signal) { return etch::windows<16>{signal, signal, {.ahead = 1}}.size(); }
