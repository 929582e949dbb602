// signals.hpp - who is told when a thread touches memory that it may not.
//
// The handler of SIGSEGV and SIGBUS that was there before is called for all
// that ours does not know, as the system would have called it; where there was
// none, the program ends as it would have. A thread's own signal stack is used
// where it has one. A handler that the program sets later takes ours' place.
//
// Cost     four system calls at the start; a touch costs a microsecond.
// Threads  shared.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace tarn::os {

struct Touch {
  const void* address;  ///< null: the machine does not say
  bool is_write;        ///< false, too, where the machine does not say
  std::uintptr_t code;  ///< of the instruction
  const void* context;  ///< the third argument of a signal handler
};

/// True: the thread tries again. Runs with what the thread held, and may only
/// do what signal handlers may.
using TouchHandler = bool (*)(const Touch& touch) noexcept;

/// For the life of the process; there is one. It is asked from the first guard
/// on (guards.hpp): a process without any keeps its signals as they are.
void watch_touches(TouchHandler handler) noexcept;

/// What guard() does first.
void begin_watch() noexcept;

/// Whether a handler of somebody else has taken the place of the watcher's.
[[nodiscard]] bool is_watch_replaced() noexcept;

}  // namespace tarn::os
