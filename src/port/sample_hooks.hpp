// sample_hooks.hpp - when a pool whose mode is `sampled` has something guarded.
//
// A pool draws where its clock strikes: a heap's thread at its duties, an
// object pool at trips to its depot, a region at resets. What is drawn is asked
// of the check by the pool's own hooks.
//
// Cost     some nanoseconds.
// Threads  shared.
// Failure  null: nobody checks.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace tarn::port {

/// What is drawn from, each kind as often as its own clock strikes.
enum class DrawOf : std::uint8_t {
  blocks,
  large_blocks,  ///< that a heap serves one by one
  regions,       ///< lives of them
  objects,
  kinds  // how many there are
};

struct SampleHooks {
  /// Whether the budget of time has something left. `came` are those that came
  /// and went since the pool asked last; 0: nobody counted them.
  bool (*may_sample)(DrawOf kind, std::uint32_t came) noexcept;
  /// A number that nobody can tell beforehand.
  std::uint32_t (*random)() noexcept;
};

// Written once, before the first mode is set; pairs: release in the writer with
// acquire here.
inline constinit std::atomic<const SampleHooks*> the_sample_hooks{nullptr};

// Every draw hits, and each block is drawn, for tests. Written by whoever sets
// the budget; orders nothing.
inline constinit std::atomic<bool> all_are_drawn{false};
[[nodiscard]] inline bool are_all_drawn() noexcept {
  return all_are_drawn.load(std::memory_order_relaxed);
}

[[nodiscard]] inline const SampleHooks* sample_hooks() noexcept {
  return the_sample_hooks.load(std::memory_order_acquire);
}

}  // namespace tarn::port
