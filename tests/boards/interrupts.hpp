// interrupts.hpp - interrupts again and again, and how to keep them off.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace board_test {

/// What an InterruptSlotPool holds where there is no compare-and-swap. It
/// leaves interrupts as they were: in a handler they were off.
class InterruptsOff {
 public:
  void lock() noexcept;
  void unlock() noexcept;

 private:
  std::uint32_t before_ = 0;  // whoever holds it writes it
};

/// Has `handler` called again and again from now on, at any instruction. For
/// `run --count`.
void interrupt_with(void (*handler)());

}  // namespace board_test
