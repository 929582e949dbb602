// samples.hpp - a figure, round by round.
//
// Cost     linear in the rounds.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace tarn::compare {

/// What one figure was in each round.
class Samples {
 public:
  void add(double value) { values_.push_back(value); }
  [[nodiscard]] bool empty() const noexcept { return values_.empty(); }
  [[nodiscard]] const std::vector<double>& values() const noexcept {
    return values_;
  }

  /// 0 without values.
  [[nodiscard]] double median() const;

  /// Half of the distance between the largest and the smallest, over the
  /// median: 0.02 means that all rounds lie within about 2 percent of it.
  [[nodiscard]] double spread() const;

 private:
  std::vector<double> values_;
};

}  // namespace tarn::compare
