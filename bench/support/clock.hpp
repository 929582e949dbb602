// clock.hpp - time that passed, and time that this thread worked.
//
// The second leaves out what the scheduler gave to other programs, so it is the
// one to compare on a machine that is not idle.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <ctime>

namespace tarn::bench {

[[nodiscard]] inline std::uint64_t read_clock(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(now.tv_nsec);
}

[[nodiscard]] inline std::uint64_t wall_ns() noexcept {
  return read_clock(CLOCK_MONOTONIC);
}

[[nodiscard]] inline std::uint64_t work_ns() noexcept {
  return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

}  // namespace tarn::bench
