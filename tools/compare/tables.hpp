// tables.hpp - the tables about requests, and what is said below them.
//
// Cost     none to speak of.
// Threads  confined.
// Failure  contenders that failed are named with their reason.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/comparison.hpp"
#include "compare/findings.hpp"

#include <string>

namespace tarn::compare {

[[nodiscard]] std::string serving_table(const Comparison& comparison,
                                        const Findings& findings, bool colours);
[[nodiscard]] std::string call_table(const Comparison& comparison,
                                     bool colours);
[[nodiscard]] std::string instruction_table(const Comparison& comparison,
                                            const Findings& findings,
                                            bool colours);

/// Who failed, tarn's own aims, and the verdict.
[[nodiscard]] std::string closing(const Comparison& comparison,
                                  const Findings& findings, bool colours);

}  // namespace tarn::compare
