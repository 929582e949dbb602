// stacks.hpp - call stacks, each kept once, by a number.
//
// Cost     capture: 130 nanoseconds for ten calls, 200 for sixteen, with frame
//          pointers or without; a microsecond more for each call that is met
//          for the first time. 24 bytes a new stack and 8 for each call of it.
// Threads  shared, async-signal-safe: nothing is allocated or locked.
// Failure  0: nobody can tell, or there is no memory for another stack, which
//          is said once.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/recent_stacks.hpp"
#include "check/record.hpp"
#include "check/stack_table.hpp"

#include <cstdint>

namespace tarn::check {

/// The most calls that are kept of a stack.
inline constexpr unsigned deepest_stack = 16;

/// The stack of who calls, without the frames of tarn itself: at most so many
/// calls, the innermost ones.
[[nodiscard]] StackId capture_stack(unsigned most = deepest_stack) noexcept;

/// As capture_stack_at() for one that this thread did not meet a while ago.
[[nodiscard]] StackId walk_stack_at(std::uintptr_t frame) noexcept;

/// The same of who called the function whose frame that is, one of tarn's that
/// still runs; cheaper by the calls in between.
[[nodiscard]] inline StackId capture_stack_at(std::uintptr_t frame) noexcept {
  const StackId recent = recent_stack(frame);
  return recent != 0 ? recent : walk_stack_at(frame);
}

/// The stack of what a signal interrupted, of tarn's code as well; `context` is
/// the third argument of its handler.
[[nodiscard]] StackId capture_stack_of_signal(const void* context) noexcept;

/// What a number stands for.
[[nodiscard]] Stack stack_of(StackId id) noexcept;

/// How long blocks lived that this stack allocated, which is not 0.
[[nodiscard]] Lives& lives_of(StackId id) noexcept;

}  // namespace tarn::check
