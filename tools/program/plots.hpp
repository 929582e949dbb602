// plots.hpp - the plots of a program's page: which figures, over which axis.
//
// Cost     linear in the figures.
// Threads  confined.
// Failure  "" where nothing was measured.
// SPDX-License-Identifier: MIT
#pragma once

#include "program/results.hpp"

#include <string>

namespace tarn::program {

/// How each malloc compares with the first, round by round, and where a load
/// command tells, by percentile.
[[nodiscard]] std::string speed_plots(const Results& results);

/// Resident memory over time, and its peak.
[[nodiscard]] std::string memory_plots(const Results& results);

}  // namespace tarn::program
