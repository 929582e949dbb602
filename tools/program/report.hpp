// report.hpp - all that was measured, for programs: JSON and CSV.
//
// The fields are those of docs/compare-programs.md.
//
// Cost     linear.
// Threads  confined.
// Failure  none: bytes that are no UTF-8 become U+FFFD.
// SPDX-License-Identifier: MIT
#pragma once

#include "program/results.hpp"

#include <string>

namespace tarn::program {

[[nodiscard]] std::string json_report(const Results& results);

/// A line for each figure of each round.
[[nodiscard]] std::string csv_report(const Results& results);

}  // namespace tarn::program
