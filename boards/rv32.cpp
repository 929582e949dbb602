// How a 32-bit RISC-V core starts: a stack, .data and .bss put in place, and
// whatever traps leads to board_trap, which a program may define itself.
#include "board.hpp"

namespace board {

// The three instructions are the sign of a call to the debugger; they lie
// within one page and are not compressed.
int semihost(int operation, const void* argument) noexcept {
  register int a0 asm("a0") = operation;
  register const void* a1 asm("a1") = argument;
  asm volatile(
      ".balign 16\n"
      ".option push\n"
      ".option norvc\n"
      "slli x0, x0, 0x1f\n"
      "ebreak\n"
      "srai x0, x0, 7\n"
      ".option pop\n"
      : "+r"(a0)
      : "r"(a1)
      : "memory");
  return a0;
}

void start_counting() noexcept {}

std::uint32_t moment() noexcept {
  std::uint32_t count;
  asm volatile(
      ".option push\n"
      ".option arch, +zicsr\n"
      "rdinstret %0\n"
      ".option pop\n"
      : "=r"(count));
  return count;
}

std::uint32_t instructions(std::uint32_t from, std::uint32_t to) noexcept {
  return to - from;
}

}  // namespace board

extern "C" {
extern std::uint32_t board_data[], board_data_end[], board_data_source[];
extern std::uint32_t board_zero[], board_zero_end[];
[[noreturn]] void board_run();
[[noreturn]] void board_begin();
void board_start();
void board_trap();

void board_begin() {
  const std::uint32_t* from = board_data_source;
  for (std::uint32_t* to = board_data; to < board_data_end; ++to)
    *to = *from++;
  for (std::uint32_t* to = board_zero; to < board_zero_end; ++to)
    *to = 0;
  board_run();
}

[[gnu::naked, gnu::section(".start"), gnu::used]] void board_start() {
  asm volatile(
      "la sp, board_stack\n"
      "la t0, board_trap\n"
      ".option push\n"
      ".option arch, +zicsr\n"
      "csrw mtvec, t0\n"
      ".option pop\n"
      "j board_begin\n");
}

[[gnu::weak, gnu::interrupt, gnu::aligned(4)]] void board_trap() {
  board::write("board: the processor met a fault\n");
  board::exit(99);
}
}
