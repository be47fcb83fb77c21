#pragma once
// What the programs in this folder need from the machine: board.cpp implements it for the microcontroller, host.cpp for
// the host that computes the expected results.
#include <bit>
#include <cstdint>

/// Each program in this folder defines this function. It returns 0 on success.
int program();

namespace board {

/// The value of SysTick, which counts down.
std::uint32_t ticks() noexcept;

void print(const char* text) noexcept;

/// Prints a line: the name and the 32 bits as eight hexadecimal digits.
void print(const char* name, std::uint32_t bits) noexcept;

/// Prints the bits of each number.
template <class Numbers>
void print_bits(const Numbers& numbers) noexcept {
    for (float number : numbers) print("bits", std::bit_cast<std::uint32_t>(number));
}

/// Prints the ticks that a call takes, not counting the time to read the counter.
template <class Function>
void print_ticks(Function function) noexcept {
    const std::uint32_t before = ticks(), begin = ticks();
    function();
    const std::uint32_t end = ticks();
    print("ticks", (begin - end) - (before - begin));
}

/// Hides an object's value from the optimizer.
template <class T>
void forget(T& object) noexcept {
    asm volatile("" : : "r"(&object) : "memory");
}

}  // namespace board
