// degrade.hpp - what is not found any more, said once.
//
//     if (!os::guard(page, size))
//       degraded(Degraded::no_mappings);
//
// A check that lacks something goes on with less and never stops the program.
//
// Cost     a load when it was told before, else a line on standard error.
// Threads  shared, async-signal-safe.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace tarn::check {

/// degrade.cpp has the sentence of each.
enum class Degraded : std::uint8_t {
  no_guard_marks,    ///< the kernel has none: guards are few
  no_mappings,       ///< the process has as many as guards may take
  no_guards,         ///< the kernel refused one
  no_stacks,         ///< the table of stacks is full
  no_stack_memory,   ///< no memory for the table of stacks
  no_records,        ///< no memory for what is kept of blocks
  no_pages,          ///< no memory for blocks with pages of their own
  no_quarantine,     ///< no memory to keep blocks from their next use
  no_pools,          ///< no memory for what is kept of pools
  handler_replaced,  ///< SIGSEGV is somebody else's, since after us
  no_old_sites,      ///< old blocks are of more sites than are told apart
  no_report_file,    ///< the file that TARN_CHECK names cannot be written
  kinds              // how many there are
};

/// Tells it, the first time.
void degraded(Degraded what) noexcept;

/// The same where a guard was refused: by marks, or by what mappings are left.
void guard_is_refused() noexcept;

/// Whether another piece can be guarded; says so where none can.
[[nodiscard]] bool are_guards_left() noexcept;

/// Whether it was told.
[[nodiscard]] bool is_degraded(Degraded what) noexcept;

}  // namespace tarn::check
