// findings.hpp - what the figures say, in words.
//
// Cost     none to speak of.
// Threads  confined.
// Failure  what was not measured is not said.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/contender.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tarn::compare {

/// Instructions a request, of the pool code.
struct Gap {
  std::string best;      ///< the malloc that needs the fewest
  double best_malloc;    ///< what it needs
  double floor;          ///< what the malloc that only bumps needs
  double region;         ///< what a Region needs
  double ordinary_best;  ///< the best malloc in ordinary code
  double ordinary_floor;

  /// The share of best_malloc - floor that the Region does without.
  [[nodiscard]] double closed() const noexcept {
    return (best_malloc - region) / (best_malloc - floor);
  }
};

/// The share of a request that goes into reading it.
struct ReadingShare {
  Code code;
  double instructions;  ///< 0: not counted
  double time;
};

enum class Outcome {
  met,
  not_met,
  no_telling  ///< the two differ by less than these rounds or the clock can say
};

/// One of tarn's own aims, and whether these figures meet it.
struct Aim {
  std::string sentence;
  Outcome outcome;
};

struct Findings {
  std::optional<Gap> gap;
  std::vector<ReadingShare> reading;
  std::vector<Aim> aims;
  std::string ranking;  ///< of the mallocs in ordinary code; "" for one alone
  std::string verdict;
};

[[nodiscard]] Findings find(const std::vector<Contender>& contenders);

}  // namespace tarn::compare
