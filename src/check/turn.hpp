// turn.hpp - one report at a time.
//
// A fork may leave the turn with a thread that the child does not have: it is
// the child's then.
//
// Cost     two system calls.
// Threads  shared, async-signal-safe.
// Failure  see Turn.
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn::check {

enum class Turn {
  ours,    ///< until end_turn()
  nested,  ///< this thread has it already: a fault inside a report
  late     ///< another thread had it for too long
};

/// Waits for another thread, some seconds at most.
[[nodiscard]] Turn take_turn() noexcept;
void end_turn() noexcept;

}  // namespace tarn::check
