// objects.hpp - what do objects that come and go cost, and trees that threads
// build side by side?
//
// Mode `connections` (connections.hpp) prints
//
//     connections_rate       steps a second of processor time, by all cores
//     connections_alone      steps a second, by one thread
//     connections_all        the same, by all together
//     connections_scaling    times those of one thread
//     connections_of_raw     that, over the scaling of a raw loop beside it
//     connections_counted    rounds in which the raw loop itself scaled
//     connections_p50, ...   opening and closing one, on all cores
//     connections_peak       bytes resident at most
//
// and mode `trees` (trees.hpp) the same of nodes, with trees_end in place of
// the quantiles: nanoseconds to end a node of what all threads built.
//
// Cost     AMOUNT milliseconds.
// Threads  makes its own.
// Failure  throws std::runtime_error for a style that it does not know.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/arguments.hpp"

namespace tarn::compare {

void run_connections(const Arguments& arguments);
void run_trees(const Arguments& arguments);

}  // namespace tarn::compare
