// html_report.hpp - one page that shows the comparison, and needs no other.
//
// Cost     linear in the figures; less than 200 KB.
// Threads  confined.
// Failure  none; what was not measured is not shown.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/comparison.hpp"
#include "compare/findings.hpp"

#include <string>

namespace tarn::compare {

[[nodiscard]] std::string html_report(const Comparison& comparison,
                                      const Findings& findings);

}  // namespace tarn::compare
