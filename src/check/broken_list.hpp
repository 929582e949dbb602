// broken_list.hpp - a crash in the heap whose cause is a write after free.
//
// Without a mode that looks at each block, such a write turns a bin's list into
// one that leads nowhere, and a call of malloc dies in it.
//
// Cost     a look at each bin of this thread, where the program crashes.
// Threads  confined to its thread's heaps; async-signal-safe.
// Failure  false: no bin of this thread is broken.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/report.hpp"

namespace tarn::check {

/// Fills the finding of the first bin whose list leads out of memory.
[[nodiscard]] bool find_broken_list(Finding& finding) noexcept;

}  // namespace tarn::check
