// stacks.hpp - call stacks, each kept once, by a number.
//
// Cost     capture: some ten nanoseconds where there are frame pointers, a
//          hundred where there are none; about a hundred bytes a new stack.
// Threads  shared, async-signal-safe: nothing is allocated or locked.
// Failure  0: there is no memory for another stack.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/record.hpp"

#include <cstdint>

namespace tarn::check {

/// The stack of who calls, without the frames of tarn itself.
[[nodiscard]] StackId capture_stack() noexcept;

struct Stack {
  const std::uintptr_t*
      frames;      ///< addresses behind the calls, innermost first
  unsigned count;  ///< 0: not known
};
[[nodiscard]] Stack stack_of(StackId id) noexcept;

}  // namespace tarn::check
