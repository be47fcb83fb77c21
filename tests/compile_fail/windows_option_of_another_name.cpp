// expect: etch: windows have the options stride and ahead
// checked with: g++ 12, clang 14, clang 19
#include <vector>

#include <etch/data/windows.hpp>

std::size_t count(const std::vector<float>& signal) {
#ifdef ETCH_REJECT
    return etch::windows<16>{signal, signal, {.step = 2}}.size();
#else
    return etch::windows<16>{signal, signal, {.stride = 2}}.size();
#endif
}
