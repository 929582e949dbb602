// verdict.hpp - what the rounds say, in one sentence.
//
// Cost     see significance.hpp.
// Threads  confined.
// Failure  what the rounds cannot tell is not said.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/significance.hpp"
#include "program/candidate.hpp"
#include "program/load_figures.hpp"

#include <string>
#include <vector>

namespace tarn::program {

using compare::Difference;
using compare::Finding;

/// One figure that a verdict looks at.
struct Aspect {
  std::string figure;  ///< its name in Candidate::figures; "" for none
  std::string noun;    ///< "time", "requests/s"
  Better better;       ///< which way is good
};

/// What a verdict is about.
struct Question {
  std::string program;  ///< as the user named it
  Aspect first;
  Aspect second;  ///< looked at where the first shows no difference
  Aspect memory;  ///< said beside them

  /// How many differences from the base the verdict rests on.
  [[nodiscard]] std::size_t differences(std::size_t candidates) const noexcept {
    return (candidates - 1) * (second.figure.empty() ? 1 : 2);
  }
};

/// The one that the others are compared with; null when none runs.
[[nodiscard]] const Candidate* base_of(const std::vector<Candidate>& all);

/// Of one figure of a candidate to that of the base.
[[nodiscard]] Difference difference_of(const Candidate& base,
                                       const Candidate& other,
                                       const std::string& figure);

/// "PROGRAM takes 12 % less time with jemalloc than ...", or that there is no
/// difference. Never that there is one which chance may have made.
[[nodiscard]] std::string verdict(const std::vector<Candidate>& all,
                                  const Question& question);

}  // namespace tarn::program
