// maintenance.hpp - what goes back to the system, and when.
//
// One thread maintains at a time: a thread whose ticks are spent, for a short
// while; maintain(), for as long as it may; or the background thread.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::span {

/// Where the caller came `elapsed` ms after its last look; does nothing in the
/// mode in which requests never purge.
void maintain_on_request_path(std::uint32_t elapsed) noexcept;

/// Gives back what idles, in whatever mode, for two milliseconds at most, and
/// once per tick of the coarse clock: for whoever is beyond the soft limit. No
/// lock of the rooms above may be held.
void relieve() noexcept;

/// How many nanoseconds a request may spend on giving memory back that comes
/// `elapsed` ms after its last look; 0 where requests never purge.
[[nodiscard]] std::uint64_t request_budget(std::uint32_t elapsed) noexcept;

/// Has `upkeep` run ten times a second, while something maintains: what another
/// room gives back, of which there are two. It may claim nothing.
void set_upkeep(void (*upkeep)() noexcept) noexcept;

/// Gives all that idles back to the system, whatever its age. Returns bytes.
std::size_t purge_now() noexcept;

/// Has `revive` run once in each child after fork, by the first thread that
/// looks at the clock: what needs a thread has none there. It may allocate.
void set_revival(void (*revive)() noexcept) noexcept;

/// Whether huge pages are made of what is in use; they are until told
/// otherwise.
void make_huge_pages(bool wanted) noexcept;

/// Bytes given back to the system since the start.
[[nodiscard]] std::size_t purged_bytes() noexcept;

/// Has the locks of this room taken and freed around fork.
void watch_forks() noexcept;

}  // namespace tarn::span
