// plots.hpp - the plots of the page: which figures, over which axis.
//
// Cost     linear in the figures.
// Threads  confined.
// Failure  "" where nothing was measured.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/contender.hpp"

#include <string>
#include <vector>

namespace tarn::compare {

/// Of a request and of a call into the allocator, by percentile.
[[nodiscard]] std::string latency_plots(const std::vector<Contender>& all);

/// The p99 of a request and resident memory, by the hours of a day.
[[nodiscard]] std::string day_plots(const std::vector<Contender>& all);

/// Resident over live memory: its parts, and season by season.
[[nodiscard]] std::string fragmentation_plots(
    const std::vector<Contender>& all);

/// Blocks of all threads over those of one.
[[nodiscard]] std::string scaling_plots(const std::vector<Contender>& all);

/// Instructions a request.
[[nodiscard]] std::string instruction_plots(const std::vector<Contender>& all);

}  // namespace tarn::compare
