// command.hpp - the verb `compare`.
//
// Cost     see comparison.hpp.
// Threads  confined.
// Failure  an exit code of docs/compare.md, and a sentence on standard error.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/plan.hpp"

#include <string>

namespace tarn::compare {

enum ExitCode : int {
  exit_good = 0,
  exit_left_out = 1,     ///< compared, but a contender failed
  exit_usage = 2,        ///< the words were not understood
  exit_nothing = 3,      ///< nothing could be compared
  exit_not_written = 4,  ///< compared, but the file could not be written
  exit_interrupted = 130
};

struct Wishes {
  Effort effort = Effort::usual;
  std::vector<std::string> allocators;  ///< PATH or NAME=PATH
  std::string corpus;                   ///< "" for the one that came with tarn
  std::string json;                     ///< "" for none, "-" for the output
  std::string csv;                      ///< "" for none
  std::string html;                     ///< "" for none
};

/// Compares and prints. Never throws.
[[nodiscard]] int run(const Wishes& wishes) noexcept;

}  // namespace tarn::compare
