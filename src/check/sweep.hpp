// sweep.hpp - those who look at all blocks of a kind of pool: check_all(), and
// the end of the program.
//
// Threads  shared.
// Failure  false: there is no room for another.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::check {

/// Looks at every block it knows, tells what is wrong, mends it, and returns
/// how many faults it told.
using Sweeper = std::size_t (*)() noexcept;

/// A few only, for the rooms of this library; one that is there already is not
/// added again. They run in the order they came.
bool add_sweeper(Sweeper sweeper) noexcept;

/// Runs them all. What a mode of full does at exit calls this.
[[nodiscard]] std::size_t sweep_all() noexcept;

}  // namespace tarn::check
