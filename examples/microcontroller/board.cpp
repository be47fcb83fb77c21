// From reset to `program` on a Cortex-M, and output through the debugger (semihosting). This is not part of etch: your
// project has its own start-up code.
#include "board.hpp"

extern "C" {
extern std::uint32_t image_data[], data_begin[], data_end[], bss_begin[], bss_end[], stack_top[];  // image.ld

/// A request to the debugger. https://github.com/ARM-software/abi-aa/blob/main/semihosting/semihosting.rst
static std::uint32_t ask(std::uint32_t operation, const void* argument) noexcept {
    register std::uint32_t r0 asm("r0") = operation;
    register const void* r1 asm("r1") = argument;
    asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

[[noreturn]] static void leave(std::uint32_t status) noexcept {
    constexpr std::uint32_t sys_exit_extended = 0x20, application_exit = 0x20026;
    const std::uint32_t reason[] = {application_exit, status};
    ask(sys_exit_extended, reason);
    while (true) {
    }
}

[[noreturn]] void reset() noexcept {
    const auto at = [](std::uint32_t address) -> volatile std::uint32_t& {
        return *reinterpret_cast<volatile std::uint32_t*>(address);
    };
    at(0xe000ed88) = 0xf << 20;  // CPACR: the floating-point unit, before the first float
    asm volatile("dsb\n isb" ::: "memory");

    // Volatile: otherwise the compiler calls memcpy and memset, half a kilobyte of C library.
    const std::uint32_t* from = image_data;
    for (volatile std::uint32_t* to = data_begin; to != data_end; ++to) *to = *from++;
    for (volatile std::uint32_t* to = bss_begin; to != bss_end; ++to) *to = 0;

    at(0xe000e014) = 0xffffff;  // SysTick: from 2^24 - 1 down, at the processor's clock, without an interrupt
    at(0xe000e018) = 0;
    at(0xe000e010) = 5;
    leave(static_cast<std::uint32_t>(program()));
}

[[noreturn]] static void fault() noexcept { leave(255); }

/// What the processor reads first: the end of the stack, the entry point, and the handlers of NMI and of all faults.
[[gnu::used, gnu::section(".vectors")]] const void* const vectors[] = {stack_top, reinterpret_cast<const void*>(reset),
                                                                       reinterpret_cast<const void*>(fault),
                                                                       reinterpret_cast<const void*>(fault)};
}

namespace board {

std::uint32_t ticks() noexcept { return *reinterpret_cast<volatile std::uint32_t*>(0xe000e018); }

void print(const char* text) noexcept {
    constexpr std::uint32_t sys_write0 = 4;  // prints a zero-terminated string
    ask(sys_write0, text);
}

void print(const char* name, std::uint32_t bits) noexcept {
    char text[] = " 00000000\n";
    for (int i = 8; i > 0; --i, bits >>= 4) text[i] = "0123456789abcdef"[bits & 15];
    print(name);
    print(text);
}

}  // namespace board
