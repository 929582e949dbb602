// call_clock.hpp - times each call into an allocator.
//
// A call is an allocation, a free, a reset, or the making or ending of a pool.
// Calls inside a timed call (a pool that asks malloc) belong to the outer one.
//
// Cost     two readings of the clock and a count for each call.
// Threads  confined: the worker has one thread.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/histogram.hpp"
#include "worker/ticks.hpp"

#include <utility>

namespace tarn::compare {

struct CallClock {
  bool running = false;
  Histogram calls;

  /// Does `call`, and counts how long it took while the clock runs.
  template <class Call>
  auto time(Call&& call) {
    if (!running)
      return std::forward<Call>(call)();
    const Pause pause{*this};
    return std::forward<Call>(call)();
  }

 private:
  // Off while the call lasts; the second reading is the destructor's first act.
  struct Pause {
    explicit Pause(CallClock& of) noexcept : clock(of) {
      clock.running = false;
      began = ticks_alone();
    }
    ~Pause() {
      const std::uint64_t ended = ticks_alone();
      clock.calls.add(ended - began);
      clock.running = true;
    }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
    CallClock& clock;
    std::uint64_t began = 0;
  };
};

/// The one clock of this process.
extern constinit CallClock call_clock;

}  // namespace tarn::compare
