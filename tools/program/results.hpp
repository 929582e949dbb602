// results.hpp - all that came of a comparison of a program's mallocs.
//
// Cost     linear.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "program/candidate.hpp"
#include "program/load_figures.hpp"
#include "program/verdict.hpp"

#include <string>
#include <vector>

namespace tarn::program {

struct Results {
  std::vector<std::string> words;  ///< the program and its arguments
  std::string load_command;        ///< "" for a program that ran to its end
  bool complete = false;           ///< not interrupted
  int rounds = 0;
  std::vector<Candidate> candidates;
  std::vector<LoadFigure> load;  ///< figures of the load command
  std::string verdict;

  [[nodiscard]] bool is_server() const noexcept {
    return !load_command.empty();
  }
};

/// What its verdict is about.
[[nodiscard]] Question question_of(const Results& results);

/// How many differences that rests on.
[[nodiscard]] std::size_t differences_of(const Results& results);

/// "./simulate --steps 1000", as one would type it, and its load.
[[nodiscard]] std::string subject_of(const Results& results);

/// The machine and the number of rounds.
[[nodiscard]] std::string circumstances_of(const Results& results);

}  // namespace tarn::program
