// csv_report.hpp - all figures, a line for each (RFC 4180, with a head).
//
// Cost     linear in the figures.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/comparison.hpp"
#include "compare/findings.hpp"

#include <string>

namespace tarn::compare {

[[nodiscard]] std::string csv_report(const Comparison& comparison,
                                     const Findings& findings);

}  // namespace tarn::compare
