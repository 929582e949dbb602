// contention.hpp - do threads hinder each other in the allocator?
//
// Prints for 1, 2, 4, ... and all cores (NN threads):
//
//     threads_NN_blocks    a second, all threads together
//     threads_NN_scaling   times the blocks of one thread
//     threads_NN_of_raw    that, over the scaling of a raw bump loop beside it
//     threads_NN_of_raw_high  what a quarter of the rounds exceeds
//     threads_NN_counted   rounds in which the raw loop itself scaled
//
// and for NN threads in pairs, one of which makes messages of blocks that the
// other one ends:
//
//     pairs_NN_blocks      a second, all pairs together
//     pairs_NN_of_raw      that, over messages whose blocks need no memory
//     pairs_NN_counted     rounds in which those went well
//
// Cost     AMOUNT milliseconds for each number of threads, twice.
// Threads  makes its own.
// Failure  throws std::runtime_error for a style that it does not know.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/arguments.hpp"

namespace tarn::compare {

void run_contention(const Arguments& arguments);

}  // namespace tarn::compare
