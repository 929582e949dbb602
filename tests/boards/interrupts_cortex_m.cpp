// Interrupts of a Cortex-M: by its timer.
#include "interrupts.hpp"

#include <cstdint>

namespace {

void (*the_handler)() = nullptr;

// The timer's registers.
auto& timer_control = *reinterpret_cast<volatile std::uint32_t*>(0xE000'E010);
auto& timer_reload = *reinterpret_cast<volatile std::uint32_t*>(0xE000'E014);
auto& timer_value = *reinterpret_cast<volatile std::uint32_t*>(0xE000'E018);

}  // namespace

namespace board_test {

void InterruptsOff::lock() noexcept {
  std::uint32_t before;
  asm volatile("mrs %0, primask\n cpsid i" : "=r"(before) : : "memory");
  before_ = before;
}
void InterruptsOff::unlock() noexcept {
  asm volatile("msr primask, %0" : : "r"(before_) : "memory");
}

void interrupt_with(void (*handler)()) {
  the_handler = handler;
  timer_reload = 19997;  // some hundred instructions; prime
  timer_value = 0;
  timer_control = 7;  // it runs, interrupts, by the processor's clock
}

}  // namespace board_test

extern "C" void SysTick_Handler();
void SysTick_Handler() {
  the_handler();
}
