// The host has no SysTick; only its results matter.
#include "board.hpp"

#include <cinttypes>
#include <cstdio>

namespace board {

std::uint32_t ticks() noexcept { return 0; }

void print(const char* text) noexcept { std::fputs(text, stdout); }

void print(const char* name, std::uint32_t bits) noexcept { std::printf("%s %08" PRIx32 "\n", name, bits); }

}  // namespace board

int main() { return program(); }
