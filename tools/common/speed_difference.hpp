// speed_difference.hpp - do two series of speeds differ, on a noisy machine?
//
// Neighbours on a machine only ever make a program slower, so the faster half
// of its rounds says what it can do: compared are the means of the logarithms
// of both faster halves. Chance is asked by exchange (Fisher 1935): the order
// within a round is drawn anew each time, so for twice the same thing the two
// speeds of any round could as well have been each other's; `chance` is the
// share of all such exchanges that come out at least as far apart. That is true
// of any noise, and on a busy machine tells with 24 rounds what signed ranks
// tell with 60.
//
// Cost     some ten milliseconds.
// Threads  shared.
// Failure  none; without rounds nothing differs.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/significance.hpp"

#include <vector>

namespace tarn::compare {

/// Round by round. What is not positive in either leaves out its round.
[[nodiscard]] Difference difference_in_speed(const std::vector<double>& base,
                                             const std::vector<double>& other);

/// The speed that the faster half of the rounds has; 0 without rounds.
[[nodiscard]] double speed_of(const std::vector<double>& rounds);

}  // namespace tarn::compare
