// own_clock.hpp - a clock that only the test moves, in place of the libc's: so
// a slow machine ends no round. For one file of a program.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <time.h>

namespace tarn::test {

/// Milliseconds of every clock of this process.
inline std::atomic<long> now{1'000'000};

/// So many pass by each look at the clock.
inline std::atomic<long> step{0};

}  // namespace tarn::test

extern "C" int clock_gettime(clockid_t, timespec* time) noexcept {
  const long milliseconds = tarn::test::now.fetch_add(tarn::test::step);
  time->tv_sec = milliseconds / 1000;
  time->tv_nsec = milliseconds % 1000 * 1'000'000;
  return 0;
}
