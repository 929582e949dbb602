// board.hpp - what a program on an emulated board may call.
//
// The emulator is the outside world: text and the exit code leave by
// semihosting, a call that a debugger or QEMU answers. There are no other
// devices.
//
//     int main() {
//       board::write("blocks: ", 3u, "\n");
//       return 0;                        // ends the emulator with this status
//     }
//
// Threads  one, and interrupt handlers.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace board {

/// Writes to the emulator's standard error.
void write(const char* text) noexcept;
void write(unsigned long number) noexcept;
inline void write(unsigned number) noexcept {
  write(static_cast<unsigned long>(number));
}

template <class First, class Second, class... Others>
void write(First first, Second second, Others... others) noexcept {
  write(first);
  write(second, others...);
}

/// Ends the emulator with this exit status.
[[noreturn]] void exit(int status) noexcept;

/// A clock that counts what the processor executes, on a Cortex-M3 and RV32 and
/// only under `run --count`. On the first it is SysTick, which this starts, and
/// two moments may be 600 000 instructions apart at most.
void start_counting() noexcept;
[[nodiscard]] std::uint32_t moment() noexcept;
/// Instructions from one moment to another, with those of asking for it.
[[nodiscard]] std::uint32_t instructions(std::uint32_t from,
                                         std::uint32_t to) noexcept;

/// The call to the debugger; each kind of core has its own.
int semihost(int operation, const void* argument) noexcept;

}  // namespace board
