// What is the same on every board: text, the end, and what the library and the
// compiler ask of a board.
#include "board.hpp"

namespace board {
namespace {

// Semihosting operations, by Arm's numbers.
constexpr int write_text = 0x04;
constexpr int exit_with_status = 0x20;
constexpr std::uintptr_t application_exit = 0x20026;

}  // namespace

void write(const char* text) noexcept {
  semihost(write_text, text);
}

void write(unsigned long number) noexcept {
  char digits[11];
  char* first = digits + 10;
  *first = '\0';
  do {
    *--first = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  write(first);
}

void exit(int status) noexcept {
  const std::uintptr_t block[2] = {application_exit,
                                   static_cast<std::uintptr_t>(status)};
  semihost(exit_with_status, block);
  for (;;) {
  }
}

}  // namespace board

extern "C" {

// The two functions that tarn asks of a board (src/port/embedded.cpp). A
// fault's line ends in a zero behind its size.
void tarn_write_error(const char* text, std::size_t size);
[[noreturn]] void tarn_abort();

void tarn_write_error(const char* text, std::size_t size) {
  char part[65];
  while (size != 0) {
    const std::size_t some = size < 64 ? size : 64;
    for (std::size_t i = 0; i < some; ++i)
      part[i] = text[i];
    part[some] = '\0';
    board::write(part);
    text += some;
    size -= some;
  }
}

void tarn_abort() {
  board::exit(134);  // as a shell tells SIGABRT
}

// Called at the start, with .data and .bss in place.
using Constructor = void (*)();
extern Constructor board_constructors[];
extern Constructor board_constructors_end[];
int main(int, char**);  // it may have no parameters
[[noreturn]] void board_run();

void board_run() {
  for (Constructor* each = board_constructors; each != board_constructors_end;
       ++each)
    (*each)();
  board::exit(main(0, nullptr));
}

// A board never ends, so nothing is destroyed at its end.
void* __dso_handle = nullptr;
int __cxa_atexit(void (*)(void*), void*, void*);
int __aeabi_atexit(void*, void (*)(void*), void*);  // the same on Arm
[[noreturn]] void __cxa_pure_virtual();

int __cxa_atexit(void (*)(void*), void*, void*) {
  return 0;
}
int __aeabi_atexit(void*, void (*)(void*), void*) {
  return 0;
}
void __cxa_pure_virtual() {
  board::write("board: a pure virtual function was called\n");
  board::exit(134);
}
}
