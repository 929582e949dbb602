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

}  // namespace tarn::compare
