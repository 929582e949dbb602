// fragmentation.hpp - what memory is resident beside what is in use.
//
// Three modes of the worker:
//
//     apart      AMOUNT seasons of blocks that die one by one (not over pools)
//     together   the same where 1 to 40 blocks die together
//     tight      the same in a budget of AMOUNT MiB, until one is refused
//
// Cost     apart, together: a tenth of a second a season, and `rest` after it.
// Threads  confined.
// Failure  throws std::runtime_error for a style that has no such mode.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/arguments.hpp"

namespace tarn::compare {

/// Prints what stands after each season: NN_live, NN_given, NN_rss right away
/// and NN_rest after light work; then `drained_` what stands when all but one
/// job in twenty have ended.
void run_churn(const Arguments& arguments);

/// Prints what was live when a block was refused, of what size it was, and the
/// largest block that could be had at a quarter of the budget.
void run_tight(const Arguments& arguments);

}  // namespace tarn::compare
