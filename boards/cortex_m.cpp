// How a Cortex-M starts: the table of vectors, and .data and .bss put in place.
// A handler with the usual name takes the place of the one here.
#include "board.hpp"

namespace {

// The timer that every core has, by its addresses.
auto& timer_control = *reinterpret_cast<volatile std::uint32_t*>(0xE000'E010);
auto& timer_reload = *reinterpret_cast<volatile std::uint32_t*>(0xE000'E014);
auto& timer_value = *reinterpret_cast<volatile std::uint32_t*>(0xE000'E018);
constexpr std::uint32_t timer_most = 0xFF'FFFF;

}  // namespace

namespace board {

int semihost(int operation, const void* argument) noexcept {
  register int r0 asm("r0") = operation;
  register const void* r1 asm("r1") = argument;
  asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void start_counting() noexcept {
  timer_reload = timer_most;
  timer_value = 0;
  timer_control = 5;  // it runs, by the processor's clock, without interrupts
}

// It counts down.
std::uint32_t moment() noexcept {
  return timer_most - timer_value;
}

// Under `run --count` an instruction takes 1024 ns and a tick 40 ns.
std::uint32_t instructions(std::uint32_t from, std::uint32_t to) noexcept {
  return (((to - from) & timer_most) * 10 + 128) / 256;
}

}  // namespace board

extern "C" {
extern std::uint32_t board_data[], board_data_end[], board_data_source[];
extern std::uint32_t board_zero[], board_zero_end[], board_stack[];
[[noreturn]] void board_run();
[[noreturn]] void board_start();
[[noreturn]] void board_fault();

void board_start() {
  const std::uint32_t* from = board_data_source;
  for (std::uint32_t* to = board_data; to < board_data_end; ++to)
    *to = *from++;
  for (std::uint32_t* to = board_zero; to < board_zero_end; ++to)
    *to = 0;
  board_run();
}

void board_fault() {
  board::write("board: the processor met a fault\n");
  board::exit(99);
}

#define HANDLER \
  [[noreturn, gnu::nothrow, gnu::weak, gnu::alias("board_fault")]] void
HANDLER NMI_Handler();
HANDLER HardFault_Handler();
HANDLER MemManage_Handler();
HANDLER BusFault_Handler();
HANDLER UsageFault_Handler();
HANDLER SVC_Handler();
HANDLER DebugMon_Handler();
HANDLER PendSV_Handler();
HANDLER SysTick_Handler();

union Vector {
  const void* stack;
  void (*handler)();
};
[[gnu::section(".start"), gnu::used]] const Vector board_vectors[16] = {
    {board_stack},
    {.handler = board_start},
    {.handler = NMI_Handler},
    {.handler = HardFault_Handler},
    {.handler = MemManage_Handler},
    {.handler = BusFault_Handler},
    {.handler = UsageFault_Handler},
    {nullptr},
    {nullptr},
    {nullptr},
    {nullptr},
    {.handler = SVC_Handler},
    {.handler = DebugMon_Handler},
    {nullptr},
    {.handler = PendSV_Handler},
    {.handler = SysTick_Handler}};
}
