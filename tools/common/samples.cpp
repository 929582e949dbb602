// samples.cpp - median and spread.
//
// SPDX-License-Identifier: MIT
#include "common/samples.hpp"

#include <algorithm>

namespace tarn::compare {

double Samples::median() const {
  if (values_.empty())
    return 0;
  std::vector<double> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 != 0 ? sorted[middle]
                                : (sorted[middle - 1] + sorted[middle]) / 2;
}

double Samples::spread() const {
  if (values_.empty() || median() == 0)
    return 0;
  const auto [least, most] =
      std::minmax_element(values_.begin(), values_.end());
  return (*most - *least) / 2 / median();
}

}  // namespace tarn::compare
