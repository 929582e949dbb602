// fiber.hpp - a thread of a program under exploration: a stack of its own, and
// where it goes on.
//
// swapcontext would ask the kernel about signals at each switch, which took
// half of a run; so a fiber is entered that way once, and then lasts.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include <csetjmp>
#include <cstddef>
#include <memory>
#include <ucontext.h>

namespace tarn::interleave {

struct Fiber {
  static constexpr std::size_t stack_size = 64 * 1024;

  jmp_buf place;
  std::unique_ptr<std::byte[]> stack;  // null: not entered yet
};

inline void switch_between(Fiber& from, Fiber& to) {
  if (_setjmp(from.place) == 0)
    _longjmp(to.place, 1);
}

/// Enters `to`, in a function that must not return.
inline void enter(Fiber& from, Fiber& to, void (*function)()) {
  to.stack = std::make_unique<std::byte[]>(Fiber::stack_size);
  ucontext_t entry = {};
  getcontext(&entry);
  entry.uc_stack.ss_sp = to.stack.get();
  entry.uc_stack.ss_size = Fiber::stack_size;
  makecontext(&entry, function, 0);
  if (_setjmp(from.place) == 0)
    setcontext(&entry);
}

}  // namespace tarn::interleave
