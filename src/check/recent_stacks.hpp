// recent_stacks.hpp - stacks that this very thread met before.
//
// As stack_memo.hpp, for one thread and so without atomics, and for frames that
// are called by the program itself: the address behind that call tells which of
// the stacks it may be. All words are compared in one go.
//
// Cost     four instructions a call and some forty; 128 stacks in 51 KiB a
//          thread, touched as they come, for the first 1024 threads that live
//          at once.
// Threads  each has its own; in a handler that interrupts one of these nothing
//          is found or kept.
// Failure  0, as known_stack().
// SPDX-License-Identifier: MIT
#pragma once

#include "check/record.hpp"
#include "os/stack.hpp"

namespace tarn::check {

/// The stack of who called the function whose frame is `frame`, or 0.
[[nodiscard]] StackId recent_stack(std::uintptr_t frame) noexcept;

/// The trail may begin deeper than that frame.
void keep_recent_stack(std::uintptr_t frame, const os::Trail& trail,
                       StackId id) noexcept;

}  // namespace tarn::check
