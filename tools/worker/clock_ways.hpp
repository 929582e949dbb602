// clock_ways.hpp - what the clock adds to what it times, and its steps.
//
// Cost     some ten thousand readings.
// Threads  shared.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn::compare {

/// Ticks of one reading, in the batch that nobody interrupted.
[[nodiscard]] double clock_floor() noexcept;

/// Ticks of the step in which the clock moves.
[[nodiscard]] double clock_step();

}  // namespace tarn::compare
