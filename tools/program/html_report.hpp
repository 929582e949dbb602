// html_report.hpp - one page that shows how a program fares with each malloc.
//
// Cost     linear in the rounds up to some hundred points a plot; less than
//          200 KB.
// Threads  confined.
// Failure  none; what was not measured is not shown.
// SPDX-License-Identifier: MIT
#pragma once

#include "program/results.hpp"

#include <string>

namespace tarn::program {

[[nodiscard]] std::string html_report(const Results& results);

}  // namespace tarn::program
