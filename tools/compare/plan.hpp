// plan.hpp - what to compare, and how long.
//
// Cost     none.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/allocators.hpp"
#include "common/effort.hpp"

#include <string>
#include <vector>

namespace tarn::compare {

struct Plan {
  Effort effort = Effort::usual;
  std::vector<Allocator> allocators;
  std::string tools;   ///< folder of the workers
  std::string corpus;  ///< folder of the requests

  int most_rounds = 0;     ///< of whatever comes in rounds, unless 0
  int rounds = 15;         ///< of serving: as many as a verdict needs
  int milliseconds = 130;  ///< that each contender serves in a round
  int duel_rounds = 40;    ///< of serving by those that the verdict compares
  int duel_milliseconds = 50;
  int call_rounds = 3;  ///< with every call timed
  int call_milliseconds = 250;
  int counted_passes = 2;      ///< over the corpus under callgrind
  int days = 3;                ///< simulated ones
  int busiest_hour = 6000;     ///< requests in it
  int seasons = 6;             ///< of blocks whose sizes change
  int budget_mebibytes = 128;  ///< that has to suffice for as long as it does
  int contest_milliseconds = 900;  ///< for all numbers of threads together
  int uploads = 1'000'000;         ///< of which some break off
  int object_rounds = 14;  ///< of connections and trees: to be sure of two
  int object_milliseconds = 50;
};

/// The rounds of an effort, so that for `contenders` of them the first table
/// comes within a minute and all within three, unless the effort is full.
void set_rounds(Plan& plan, std::size_t contenders);

}  // namespace tarn::compare
