// contender.cpp - medians, spreads and names.
//
// SPDX-License-Identifier: MIT
#include "compare/contender.hpp"

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

double Contender::median(const std::string& figure) const {
  const auto found = figures.find(figure);
  return found == figures.end() ? 0 : found->second.median();
}

std::string Contender::short_memory() const {
  return memory.substr(0, memory.find(','));
}

std::string Contender::name() const {
  return memory + " in " + word_for(code) + " code";
}

const char* word_for(Code code) noexcept {
  return code == Code::ordinary ? "ordinary" : "pool";
}

}  // namespace tarn::compare
