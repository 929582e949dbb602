// tables.hpp - what is printed of the fits, and what each table says.
//
// Cost     linear in the figures.
// Threads  confined.
// Failure  "" where nothing was measured.
// SPDX-License-Identifier: MIT
#pragma once

#include "fixed/comparison.hpp"
#include "fixed/sequence.hpp"

#include <string>
#include <vector>

namespace tarn::compare::fixed {

[[nodiscard]] std::string calls_table(const Comparison& comparison,
                                      bool colours);
[[nodiscard]] std::string instructions_table(const Comparison& comparison,
                                             bool colours);
[[nodiscard]] std::string memory_table(const Comparison& comparison,
                                       bool colours);
[[nodiscard]] std::string forced_table(const Comparison& comparison,
                                       bool colours);

/// The sentence of each.
[[nodiscard]] std::string calls_meaning(const Comparison& comparison);
[[nodiscard]] std::string instructions_meaning(const Comparison& comparison);
[[nodiscard]] std::string memory_meaning(const Comparison& comparison);
[[nodiscard]] std::string forced_meaning(const Comparison& comparison);

/// A group for each sequence of a file.
[[nodiscard]] std::string replay_table(const std::vector<Sequence>& sequences,
                                       const std::vector<Replayed>& replayed,
                                       bool colours);

}  // namespace tarn::compare::fixed
