// contender.cpp - figures and names.
//
// SPDX-License-Identifier: MIT
#include "compare/contender.hpp"

namespace tarn::compare {

const std::vector<double>& Contender::rounds(const std::string& figure) const {
  static const std::vector<double> none;
  const auto found = figures.find(figure);
  return found == figures.end() ? none : found->second.values();
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
