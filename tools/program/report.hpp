// report.hpp - all that was measured, for programs: JSON and CSV.
//
// The fields are those of docs/compare-programs.md.
//
// Cost     linear.
// Threads  confined.
// Failure  none: bytes that are no UTF-8 become U+FFFD.
// SPDX-License-Identifier: MIT
#pragma once

#include "program/candidate.hpp"
#include "program/load_figures.hpp"

#include <string>
#include <vector>

namespace tarn::program {

struct Results {
  std::vector<std::string> words;  ///< the program and its arguments
  std::string load_command;        ///< "" for a program that ran to its end
  bool complete = false;           ///< not interrupted
  int rounds = 0;
  const std::vector<Candidate>* candidates = nullptr;
  const std::vector<LoadFigure>* load = nullptr;
  std::size_t differences = 1;  ///< that the verdict rests on
  std::string verdict;
};

[[nodiscard]] std::string json_report(const Results& results);

/// A line for each figure of each round.
[[nodiscard]] std::string csv_report(const Results& results);

}  // namespace tarn::program
