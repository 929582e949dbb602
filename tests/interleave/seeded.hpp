// seeded.hpp - bugs in the slab's protocol that are made on purpose: a
// search that does not find each of them would prove nothing.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::interleave {

/// Runs the search with each bug in a child. False: one was not found; it is
/// told on standard error.
bool find_seeded(std::size_t (*explore_all)());

}  // namespace tarn::interleave
