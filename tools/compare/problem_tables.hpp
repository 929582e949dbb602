// problem_tables.hpp - a table for each problem, and what it means.
//
// Cost     none to speak of.
// Threads  confined.
// Failure  "" where nothing was measured.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/comparison.hpp"

#include <string>

namespace tarn::compare {

[[nodiscard]] std::string day_table(const Comparison& comparison, bool colours);
[[nodiscard]] std::string fragmentation_table(const Comparison& comparison,
                                              bool colours);

/// `cores`: that this process may use.
[[nodiscard]] std::string contention_table(const Comparison& comparison,
                                           int cores, bool colours);
[[nodiscard]] std::string lifetime_table(const Comparison& comparison,
                                         bool colours);

}  // namespace tarn::compare
