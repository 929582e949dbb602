// objects.hpp - what the figures say of objects that come and go, and of trees
// that threads build side by side.
//
// Cost     some ten milliseconds, for what chance says.
// Threads  confined.
// Failure  "" where nothing was measured.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/contender.hpp"
#include "compare/plan.hpp"

#include <string>
#include <vector>

namespace tarn::compare {

/// Who has connections, and who has trees: the mallocs of the plan that run,
/// and tarn's pools in the ways that they can be used.
[[nodiscard]] std::vector<Contender> object_contenders(const Plan& plan);
[[nodiscard]] bool has_connections(const Contender& one);
[[nodiscard]] bool has_trees(const Contender& one);

[[nodiscard]] std::string connections_meaning(
    const std::vector<Contender>& contenders);
[[nodiscard]] std::string trees_meaning(
    const std::vector<Contender>& contenders);

/// `cores`: that this process may use.
[[nodiscard]] std::string connections_table(
    const std::vector<Contender>& contenders, int cores, bool colours);
[[nodiscard]] std::string trees_table(const std::vector<Contender>& contenders,
                                      int cores, bool colours);

}  // namespace tarn::compare
