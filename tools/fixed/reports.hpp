// reports.hpp - the figures of the fits for programs, and as a page.
//
// Cost     linear in the figures.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "fixed/comparison.hpp"
#include "fixed/sequence.hpp"

#include <string>
#include <vector>

namespace tarn::compare::fixed {

[[nodiscard]] std::string json_report(const Comparison& comparison);
[[nodiscard]] std::string csv_report(const Comparison& comparison);
[[nodiscard]] std::string html_report(const Comparison& comparison);

/// All sequences that were found.
[[nodiscard]] std::string sequences_of(const Comparison& comparison);

[[nodiscard]] std::string json_report(const std::vector<Sequence>& sequences,
                                      const std::vector<Replayed>& replayed);

}  // namespace tarn::compare::fixed
