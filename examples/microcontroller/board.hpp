#pragma once
// What the programs of this folder ask of the machine: board.cpp answers on the microcontroller, host.cpp on the host that
// computes what the microcontroller must answer.
#include <bit>
#include <cstdint>

/// What each program of this folder is. Its result is 0 where all is well.
int program();

namespace board {

/// Where SysTick stands; it counts down.
std::uint32_t ticks() noexcept;

void print(const char* text) noexcept;

/// A line: the name and the 32 bits, as eight hexadecimal digits.
void print(const char* name, std::uint32_t bits) noexcept;

/// Each number, to the bit.
template <class Numbers>
void print_bits(const Numbers& numbers) noexcept {
    for (float number : numbers) print("bits", std::bit_cast<std::uint32_t>(number));
}

/// How many ticks the call of a function takes, without the reading of the counter.
template <class Function>
void print_ticks(Function function) noexcept {
    const std::uint32_t before = ticks(), begin = ticks();
    function();
    const std::uint32_t end = ticks();
    print("ticks", (begin - end) - (before - begin));
}

/// Ends what the compiler knows of an object's value.
template <class T>
void forget(T& object) noexcept {
    asm volatile("" : : "r"(&object) : "memory");
}

}  // namespace board
