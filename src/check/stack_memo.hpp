// stack_memo.hpp - stacks that were met before, by where their calls lie.
//
// A program allocates at few places, each time with the same calls below it at
// the same addresses of the stack. So a stack is known again by its words: as
// many are compared as it has calls, which costs less than to walk it.
//
// Cost     some six instructions a call; 4096 stacks in a megabyte.
// Threads  shared, async-signal-safe: who comes while another writes finds
//          nothing.
// Failure  0. Where a frame of changing size holds old words, calls of a moment
//          ago may be told.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/record.hpp"
#include "os/stack.hpp"

namespace tarn::check {

/// The stack, of `most` calls, of who is at the frame `frame` of the one
/// function that asks, or 0. Only stacks that lie on a thread's own are known.
[[nodiscard]] StackId known_stack(std::uintptr_t frame, unsigned most) noexcept;

void remember_stack(std::uintptr_t frame, unsigned most, const os::Trail& trail,
                    StackId id) noexcept;

}  // namespace tarn::check
