#pragma once
// What the programs of this folder ask of the machine: board.cpp answers on the microcontroller, host.cpp on the host that
// computes what the microcontroller must answer.
#include <cstdint>

namespace board {

/// Where SysTick stands; it counts down.
std::uint32_t ticks() noexcept;

/// A line: the name and the 32 bits, as eight hexadecimal digits.
void print(const char* name, std::uint32_t bits) noexcept;

/// The bits of each number.
template <class Numbers>
void print_bits(const char* name, const Numbers& numbers) noexcept {
    for (float number : numbers) print(name, __builtin_bit_cast(std::uint32_t, number));
}

/// Prints how long the call of a function takes, in ticks, without the reading of the counter.
template <class Function>
void print_ticks(const char* name, Function function) noexcept {
    const std::uint32_t before = ticks(), begin = ticks();
    function();
    const std::uint32_t end = ticks();
    print(name, (begin - end) - (before - begin));
}

/// What the compiler may know of an object ends here: the next that it computes, it computes on the machine.
template <class T>
void forget(T& object) noexcept {
    asm volatile("" : : "r"(&object) : "memory");
}

}  // namespace board
