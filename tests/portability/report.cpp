// Prints the digests, on a host and on a microcontroller (GOLDEN_BOARD), where there is no printf.
#include "golden.hpp"

#if defined(GOLDEN_BOARD)
#include "../../examples/microcontroller/board.hpp"
#else
#include <cstdio>
#endif

namespace golden {

void report(const char* name, const digest& d) {
    char line[64] = {};
    std::size_t at = 0;
    while (*name != 0) line[at++] = *name++;
    while (at < 32) line[at++] = ' ';
    const auto append = [&](std::uint32_t bits) {
        line[at++] = ' ';
        for (int shift = 28; shift >= 0; shift -= 4) line[at++] = "0123456789abcdef"[bits >> shift & 15];
    };
    append(d.count);
    append(d.hash);
    append(d.last);
#if defined(GOLDEN_BOARD)
    line[at++] = '\n';
    board::print(line);
#else
    std::puts(line);
#endif
}

}  // namespace golden

#if defined(GOLDEN_BOARD)
int program() {
#else
int main() {
#endif
    golden::functions();
    golden::networks();
    golden::layers();
    golden::training();
    golden::files();
#if defined(GOLDEN_HOST)
    golden::everything();
#endif
#if defined(GOLDEN_CONSTANTS)
    golden::constants();
#endif
    return 0;
}
