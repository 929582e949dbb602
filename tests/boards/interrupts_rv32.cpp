// Interrupts of a RISC-V core: by the timer of QEMU's machine.
#include "interrupts.hpp"

#include <cstdint>

namespace {

void (*the_handler)() = nullptr;

// The lower half of the time and of when to interrupt, whose upper half is
// all ones at first.
auto& now = *reinterpret_cast<volatile std::uint32_t*>(0x0200'BFF8);
auto& alarm = *reinterpret_cast<volatile std::uint32_t*>(0x0200'4000);
auto& alarm_above = *reinterpret_cast<volatile std::uint32_t*>(0x0200'4004);

}  // namespace

namespace board_test {

void InterruptsOff::lock() noexcept {
  std::uint32_t before;
  asm volatile(
      ".option push\n.option arch, +zicsr\n"
      "csrrci %0, mstatus, 8\n"
      ".option pop"
      : "=r"(before)
      :
      : "memory");
  before_ = before & 8;
}
void InterruptsOff::unlock() noexcept {
  asm volatile(
      ".option push\n.option arch, +zicsr\n"
      "csrs mstatus, %0\n"
      ".option pop"
      :
      : "r"(before_)
      : "memory");
}

void interrupt_with(void (*handler)()) {
  the_handler = handler;
  alarm = now + 7;
  alarm_above = 0;
  asm volatile(
      ".option push\n.option arch, +zicsr\n"
      "csrs mie, %0\n"
      "csrsi mstatus, 8\n"
      ".option pop"
      :
      : "r"(0x80)  // those of the timer
      : "memory");
}

}  // namespace board_test

extern "C" [[gnu::interrupt, gnu::aligned(4)]] void board_trap();
void board_trap() {
  the_handler();
  alarm = now + 7;  // a tick is a hundred instructions
}
