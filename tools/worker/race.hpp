// race.hpp - rounds of something on all cores, each between two of a raw loop.
//
// On a shared machine the cores are not always there to be had; a round counts
// only where the raw loop, which shares nothing, scaled before and after it.
//
// Cost     that of the rounds, and about four milliseconds for each raw one.
// Threads  confined; the rounds run on the threads of the teams.
// Failure  as the rounds.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/line.hpp"
#include "worker/requests.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace tarn::compare {

struct Race {
  std::vector<double> alone;  ///< a second, by one thread, in every round
  // In the rounds that count:
  std::vector<double> all;      ///< a second, by all
  std::vector<double> scaling;  ///< times as much by all
  std::vector<double> of_raw;   ///< that, over the scaling of the raw loop
};

/// Rounds until `end`, one at least. One thread has no scaling: none counts.
[[nodiscard]] inline Race race(Team& alone, Team& all,
                               std::chrono::steady_clock::time_point end,
                               const std::function<Line::Round()>& round) {
  // Of the number of threads: below, the cores were not there.
  constexpr double enough = 0.9;
  const double wanted = enough * static_cast<double>(all.size());
  Line raw(serving<RawJob>({}), alone, all);
  Race rounds;
  double before = raw.round().scaling;
  do {
    const Line::Round here = round();
    const double after = raw.round().scaling;
    rounds.alone.push_back(here.alone);
    if (all.size() > 1 && before >= wanted && after >= wanted) {
      rounds.all.push_back(here.all);
      rounds.scaling.push_back(here.scaling);
      rounds.of_raw.push_back(2 * here.scaling / (before + after));
    }
    before = after;
  } while (std::chrono::steady_clock::now() < end);
  return rounds;
}

}  // namespace tarn::compare
