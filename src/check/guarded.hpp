// guarded.hpp - who knows what a guard is for, when somebody touches it.
//
//     bool whose_slot(const void* address, bool is_write, Finding& finding);
//     watch_guards(whose_slot);
//
// From the first guard on SIGSEGV and SIGBUS are handled. A touched address is
// shown to each resolver in turn: the one whose guard it is fills the finding,
// which is then reported with the stack that touched it. What no resolver knows
// goes to the handler that was there before, as if there were none of ours.
// Where the program goes on after a fault, the page that was touched is opened
// (os::unguard): it reads as zero, and touches of it are not found any more.
//
// Cost     four system calls, once; a touch costs its report.
// Threads  shared.
// Failure  none; a handler that the program sets later is told at its end.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/report.hpp"

namespace tarn::check {

/// Whether `address` lies in a guard of its own; then it has filled `finding`,
/// all but its stack. Called by the thread that touched, in a signal handler,
/// maybe with any lock held: it may wait for none and allocate nothing.
/// `is_write` is false, too, where the machine does not tell.
using Resolver = bool (*)(const void* address, bool is_write,
                          Finding& finding) noexcept;

/// For the life of the process; the same one again does nothing. Room for 8.
void watch_guards(Resolver resolver) noexcept;

/// Asks them about an access that somebody else found.
[[nodiscard]] bool find_guarded(const void* address, bool is_write,
                                Finding& finding) noexcept;

}  // namespace tarn::check
