// plan.hpp - what to compare, and how long.
//
// Cost     none.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/allocators.hpp"

#include <string>
#include <vector>

namespace tarn::compare {

enum class Effort { quick, usual, full };

struct Plan {
  Effort effort = Effort::usual;
  std::vector<Allocator> allocators;
  std::string tools;   ///< folder of the workers
  std::string corpus;  ///< folder of the requests

  int rounds = 5;          ///< of serving
  int milliseconds = 350;  ///< that each contender serves in a round
  int call_rounds = 3;     ///< with every call timed
  int counted_passes = 2;  ///< over the corpus under callgrind
};

/// The rounds of an effort, so that for `contenders` of them the first table
/// comes within a minute and all within three, unless the effort is full.
void set_rounds(Plan& plan, std::size_t contenders);

}  // namespace tarn::compare
