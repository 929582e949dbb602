// problems.hpp - what the figures say of time, memory and threads.
//
// Each `..._meaning` is one or two sentences on what a table means; "" where
// nothing was measured.
//
// Cost     none to speak of.
// Threads  confined.
// Failure  what was not measured is not said.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/contender.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tarn::compare {

inline constexpr int hours_of_day = 24;

/// "day_07_p99".
[[nodiscard]] std::string numbered(const char* what, int number,
                                   const char* figure);

/// The last three hours of a day over its first three, whose load is the same.
[[nodiscard]] double change_over_day(const Contender& one, const char* figure);

/// Blocks that came and went, over all seasons but the first.
struct ChurnSummary {
  double mean;      ///< resident over live
  double worst;     ///< the same
  double internal;  ///< given but not asked for, over live
  double external;  ///< resident but not given, over live
  double drained_live;
  double drained_resident;
};

/// `what`: "apart" or "together".
[[nodiscard]] std::optional<ChurnSummary> churn_of(const Contender& one,
                                                   const char* what);

/// The numbers of threads, above one, that were measured.
[[nodiscard]] std::vector<int> threads_measured(
    const std::vector<Contender>& contenders);

/// So many rounds must count for a figure of threads to be told.
inline constexpr double least_rounds = 8;

/// Whether they did; `what`: "threads" or "pairs". Where the cores were not
/// there for threads that share nothing, what pairs did in those moments tells
/// as little.
[[nodiscard]] bool is_counted(const Contender& one, const char* what,
                              int threads);

[[nodiscard]] std::string day_meaning(const std::vector<Contender>& contenders);
[[nodiscard]] std::string fragmentation_meaning(
    const std::vector<Contender>& contenders);
[[nodiscard]] std::string contention_meaning(
    const std::vector<Contender>& contenders, int cores);
[[nodiscard]] std::string lifetime_meaning(const Contender& lifetime);

}  // namespace tarn::compare
