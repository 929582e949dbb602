// shadow.hpp - pools under somebody else's eyes: a sanitizer that this process
// was started with.
//
// Pools then take the slow path, as they do in mode full, and tell the
// sanitizer of each block. It looks at the accesses, so nothing is filled; and
// of regions nothing is recorded.
//
//     | front | block | .......... | front | block | ...
//     ^ poisoned but for the blocks; 16 bytes at least between two
//
// Cost     none where there is no sanitizer; else a call or two a block.
// Threads  shared.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "port/check_mode.hpp"
#include "port/region_hooks.hpp"

namespace tarn::check {

/// Looks for a sanitizer, once, where TARN_CHECK says nothing else.
void follow_sanitizer() noexcept;

/// Whether pools tell a sanitizer.
[[nodiscard]] inline bool follows_sanitizer() noexcept {
  return port::pools_are_shadowed.load(std::memory_order_relaxed);
}

/// Whether records of blocks are to have stacks: of sanitizers only one lets us
/// tell them, the others have theirs.
[[nodiscard]] bool wants_stacks() noexcept;

namespace regions {

/// The table of a region that does; its watch is a RegionState without extents.
extern const port::RegionHooks shadow_hooks;

// What that table has in common with the one of mode full.
void merge(port::RegionWatch* into, port::RegionWatch& from) noexcept;
void end(port::RegionWatch& watch) noexcept;
void used_after_end(port::RegionWatch& watch, const Region* region) noexcept;
void tell(port::RegionWatch& watch, Fault fault,
          const base::Line& line) noexcept;
std::uint32_t linger(port::RegionWatch& watch, std::uint32_t user) noexcept;

/// Keeps a chunk that ended from its next use.
struct Grave;
void bury_in_shadow(const Grave& grave) noexcept;
[[nodiscard]] bool empty_shadow_graves() noexcept;

/// The one that has `p`. It does not wait for long.
[[nodiscard]] bool find_shadow_grave(const std::byte* p, Grave& found) noexcept;

void hold_shadow_graves() noexcept;
void let_shadow_graves_go() noexcept;

}  // namespace regions
}  // namespace tarn::check
