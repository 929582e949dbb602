// ticks.hpp - the cheapest clock of the processor, in ticks of unknown length.
//
// Cost     some ten nanoseconds, part of every duration; reported as floor.
// Threads  shared.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#  include <x86intrin.h>
#else
#  include <chrono>
#endif

namespace tarn::compare {

[[nodiscard]] inline std::uint64_t ticks() noexcept {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return static_cast<std::uint64_t>(
      std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// The same when all that came before has been done, and nothing that follows
/// has begun: a call between two of these is timed alone. Without, a processor
/// that works ahead charges it with the caller's unfinished work.
[[nodiscard]] inline std::uint64_t ticks_alone() noexcept {
#if defined(__x86_64__)
  _mm_lfence();
  const std::uint64_t now = __rdtsc();
  _mm_lfence();
  return now;
#else
  return ticks();
#endif
}

}  // namespace tarn::compare
