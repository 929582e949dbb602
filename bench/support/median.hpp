// median.hpp - the middle one of some values.
//
// Cost     linear.
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tarn::bench {

/// Of an even number of values the upper one of the two in the middle; there is
/// one value at least.
[[nodiscard]] inline double median(std::vector<double> values) {
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace tarn::bench
