// escape.hpp - whether something still points into a region that ends.
//
// What a program can reach is looked at, word by word: globals, what is
// thread-local, live blocks of checked pools, this thread's stack. A word on
// the stack alone may be a dead one, and is no fault. At most a hundredth of
// the time is spent, or with TARN_CHECK=full,escape=all what it takes.
//
// Cost     linear in the bytes looked at, some gigabytes a second.
// Threads  confined as the region; others go on meanwhile.
// Failure  what cannot be looked at is passed over.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/region.hpp"

namespace tarn::check::regions {

/// Before the blocks of the region end. Tells what it finds.
void look_for_escapes(RegionState& state) noexcept;

}  // namespace tarn::check::regions
