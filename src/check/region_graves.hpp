// region_graves.hpp - chunks of regions whose blocks have ended, kept for a
// while from their next use: guarded, so that who touches one is told by the
// touch, or, where guards would take too much time, filled, so that who writes
// into one is told when it leaves.
//
// Cost     bury: a guard, some microseconds with what it takes to get fresh
//          pages, for at most a sixteenth of the time; else the fill.
// Threads  shared.
// Failure  a chunk that cannot be kept goes back at once.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/region.hpp"

namespace tarn::check::regions {

struct Grave {
  std::byte* memory;  ///< null: none
  std::size_t size;
  std::byte* from;  ///< of what was used
  std::byte* to;
  Extent* extent;  ///< null: no records, or no more
  PoolNumber pool;
  port::RegionEnd how;
  StackId by;
  std::uint32_t at;
  std::uint16_t on;
  bool is_certain;  ///< to be guarded whatever time that takes
};

/// Keeps it; fills or guards it.
void bury(const Grave& grave) noexcept;

/// The one that has `p`. With `waits` false, as in a signal handler, another
/// thread that holds the list for long makes it nothing.
[[nodiscard]] bool find_grave(const std::byte* p, bool waits,
                              Grave& found) noexcept;

/// Guards whole pages, of which `used` have memory, if there is time left for
/// that.
[[nodiscard]] bool guard_in_time(std::byte* memory, std::size_t size,
                                 std::size_t used) noexcept;

/// The same, whatever time it takes. False: refused, which is told.
[[nodiscard]] bool guard_now(std::byte* memory, std::size_t size) noexcept;

/// Looks at all that are filled. Returns the faults that it told.
std::size_t verify_graves() noexcept;

/// Gives half of them back. False: there were none.
bool empty_graves() noexcept;

/// Tells a late use of what lies in a grave.
void write_late_use(Finding& finding, const Grave& grave, const std::byte* p,
                    const char* what) noexcept;

void hold_graves() noexcept;
void let_graves_go() noexcept;

}  // namespace tarn::check::regions
