// fixed_rooms.hpp - blocks of checked fixed pools, for a sanitizer's report.
//
// The page map does not know such pools, whose memory is the program's own. So
// what they tell a sanitizer is kept here, where something of ours is added to
// what it reports.
//
// Cost     a stack and some ten nanoseconds a block; nothing elsewhere.
// Threads  shared: a lock of few instructions.
// Failure  none: of more than 4096 blocks some are forgotten.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/report.hpp"
#include "port/fixed_mode.hpp"

namespace tarn::check {

/// A block begins, or has another size.
void enter_fixed(const port::FixedRoom& room) noexcept;
void resize_fixed(const port::FixedRoom& room) noexcept;
/// It ends, and waits.
void end_fixed(const port::FixedRoom& room) noexcept;
/// It is memory of the pool's again.
void forget_fixed(const port::FixedRoom& room) noexcept;

/// A resolver, as in guarded.hpp.
[[nodiscard]] bool whose_fixed_room(const void* address, bool is_write,
                                    Finding& finding) noexcept;

}  // namespace tarn::check
