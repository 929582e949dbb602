// quantile.hpp - of some values.
//
// Cost     that of sorting them.
// Threads  shared.
// Failure  there must be one.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tarn::compare {

[[nodiscard]] inline double quantile_of(std::vector<double> values,
                                        double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(
      share * static_cast<double>(values.size() - 1))];
}

[[nodiscard]] inline double median_of(const std::vector<double>& values) {
  return quantile_of(values, 0.5);
}

}  // namespace tarn::compare
