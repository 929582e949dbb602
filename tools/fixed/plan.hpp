// plan.hpp - what to compare, how large, and how long.
//
// Cost     none.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/effort.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tarn::compare::fixed {

struct Plan {
  std::string worker;
  std::vector<std::string> fits;  ///< only these; none: all
  std::size_t heap_bytes = 0;

  int rounds = 9;
  int milliseconds = 30;     ///< a round, of each workload
  int counted_calls = 1000;  ///< of each workload
  int tries = 24;            ///< of the adversary, by chance

  /// Granules that an adversary may have, and those of its largest block: a
  /// quarter of the heap but no more than 64 KiB, and a sixteenth of that.
  [[nodiscard]] std::uint32_t live() const noexcept {
    constexpr std::size_t most = 4096;
    return static_cast<std::uint32_t>(
        std::min(most, std::bit_floor(heap_bytes / 64)));
  }
  [[nodiscard]] std::uint32_t largest() const noexcept { return live() / 16; }
};

/// `rounds`: at most so many, unless 0.
inline void set_rounds(Plan& plan, Effort effort, int rounds) {
  if (effort == Effort::quick) {
    plan.rounds = 3;
    plan.milliseconds = 10;
    plan.counted_calls = 200;
    plan.tries = 4;
  }
  if (effort == Effort::full) {
    plan.rounds = 31;
    plan.milliseconds = 150;
    plan.counted_calls = 5000;
    plan.tries = 500;
  }
  if (rounds != 0) {
    plan.rounds = std::min(plan.rounds, rounds);
    plan.counted_calls = std::min(plan.counted_calls, rounds * 10);
    plan.tries = std::min(plan.tries, rounds);
  }
}

}  // namespace tarn::compare::fixed
