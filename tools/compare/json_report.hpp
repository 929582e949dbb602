// json_report.hpp - everything that was measured, for other programs.
//
// docs/compare.md describes each field; `version` changes when one does.
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

[[nodiscard]] std::string json_report(const Comparison& comparison,
                                      const Findings& findings);

}  // namespace tarn::compare
