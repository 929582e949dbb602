// valgrind.hpp - requests to the Valgrind that runs this process.
//
// A request is a sequence of instructions that does nothing on a processor and
// that Valgrind, which reads all code before it runs, knows by sight. Sequence,
// numbers and arguments are those that its manual publishes for programs; they
// stay as they are, since programs have them built in.
//
// Cost     some ten instructions; what is asked for, under Valgrind.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace tarn::os {

/// Those of the core, and, from `make_no_access` on, of the tool memcheck.
enum class ValgrindAsk : std::uintptr_t {
  malloc_like = 0x1301,
  free_like = 0x1302,
  resize_in_place = 0x130b,
  change_silence = 0x1801,
  make_no_access = 0x4d43'0000,
  make_undefined = 0x4d43'0001,
  make_defined = 0x4d43'0002
};

/// What Valgrind answers, or 0 where there is none.
inline std::uintptr_t ask_valgrind(ValgrindAsk what, std::uintptr_t first = 0,
                                   std::uintptr_t second = 0,
                                   std::uintptr_t third = 0,
                                   std::uintptr_t fourth = 0) noexcept {
  const volatile std::uintptr_t ask[6] = {
      static_cast<std::uintptr_t>(what), first, second, third, fourth, 0};
  std::uintptr_t answer = 0;
#if defined(__x86_64__)
  __asm__ volatile(
      "rolq $3, %%rdi\n\trolq $13, %%rdi\n\t"
      "rolq $61, %%rdi\n\trolq $51, %%rdi\n\t"
      "xchgq %%rbx, %%rbx"
      : "+d"(answer)
      : "a"(&ask[0])
      : "cc", "memory");
#elif defined(__aarch64__)
  register std::uintptr_t result __asm__("x3") = answer;
  register const volatile std::uintptr_t* at __asm__("x4") = &ask[0];
  __asm__ volatile(
      "ror x12, x12, #3\n\tror x12, x12, #13\n\t"
      "ror x12, x12, #51\n\tror x12, x12, #61\n\t"
      "orr x10, x10, x10"
      : "+r"(result)
      : "r"(at)
      : "cc", "memory");
  answer = result;
#else
  static_cast<void>(ask);
#endif
  return answer;
}

}  // namespace tarn::os
