// command.hpp - the verb `compare`.
//
// Cost     see comparison.hpp.
// Threads  confined.
// Failure  an exit code of docs/compare.md, and a sentence on standard error.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/effort.hpp"
#include "common/exit_code.hpp"

#include <string>
#include <vector>

namespace tarn::compare {

struct Wishes {
  Effort effort = Effort::usual;
  int rounds = 0;  ///< of serving at most, or 0; so few tell nothing
  std::vector<std::string> allocators;  ///< PATH or NAME=PATH
  std::vector<std::string> only;        ///< names; empty: all that there are
  std::string corpus;                   ///< "" for the one that came with tarn
  std::string json;                     ///< "" for none, "-" for the output
  std::string csv;                      ///< "" for none
  std::string html;                     ///< "" for none
};

/// Compares and prints. Never throws.
[[nodiscard]] int run(const Wishes& wishes) noexcept;

}  // namespace tarn::compare
