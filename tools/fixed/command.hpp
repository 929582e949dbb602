// command.hpp - `tarn compare --fixed`.
//
// Cost     see comparison.hpp.
// Threads  confined.
// Failure  an exit code of docs/compare.md, and a sentence on standard error.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/effort.hpp"
#include "common/exit_code.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tarn::compare::fixed {

struct Wishes {
  Effort effort = Effort::usual;
  int rounds = 0;  ///< at most, or 0; so few tell nothing
  std::size_t heap_bytes = 256 * 1024;
  std::vector<std::string> fits;  ///< only these, or all
  std::string sequence;           ///< "" for none, "-" for the output
  std::string replay;             ///< a file of sequences; "" for none
  std::string json;
  std::string csv;
  std::string html;
};

/// Smaller heaps have no room for the workloads; in larger ones, fits without a
/// bound take too long.
inline constexpr std::size_t least_heap_bytes = 16 * 1024;
inline constexpr std::size_t most_heap_bytes = 4 * 1024 * 1024;

/// Compares, or replays, and prints. Never throws.
[[nodiscard]] int run(const Wishes& wishes) noexcept;

}  // namespace tarn::compare::fixed
