// borrowed.hpp - the state of libtarn.so in another process, in place of ours.
//
// The writable part of our own libtarn.so is overwritten with that of the
// target's, which is the same file. Pointers in it lead to where the target
// has its memory: whoever follows one faults, and the page is fetched and put
// at that address here. So `tarn::snapshot()` tells of the target what it would
// tell there, nothing of the target is stopped, written or asked, and only what
// a snapshot reads is copied.
//
// Cost     a fault, some microseconds, for each page that is looked at.
// Threads  confined, and the process has no other thread.
// Failure  the process ends with exit_wild: what was read did not fit together,
//          since the target worked on meanwhile. Try again.
// SPDX-License-Identifier: MIT
#pragma once

#include "stats/target.hpp"

namespace tarn::stats {

inline constexpr int exit_wild = 101;

/// The file of our own libtarn.so.
[[nodiscard]] std::string own_library();

/// Puts the target's state, at `library`, in place of ours, or puts it there
/// anew: pages fetched before are forgotten.
void borrow(const Target& target, std::uintptr_t library);

}  // namespace tarn::stats
