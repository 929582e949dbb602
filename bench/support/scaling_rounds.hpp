// scaling_rounds.hpp - how threads scale, over a floor that shares nothing.
//
// On a shared machine the processors are not always there to be had: so each
// round of the line stands between two of the floor, and counts only where the
// floor scaled both times.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "support/median.hpp"

#include <cstdio>
#include <vector>

namespace tarn::bench {

/// Prints a row: the name, the threads, how many times the work of one thread
/// all do, the same over the floor's, and the rounds that count; void for none.
template <class Floor, class Line>
void print_scaling(const char* name, Floor& floor, Line& line,
                   std::size_t threads, std::size_t rounds) {
  constexpr double enough = 0.9;  // of the number of threads
  const double wanted = enough * static_cast<double>(threads);
  std::vector<double> scalings;
  std::vector<double> ratios;
  double before = floor.scaling();
  for (std::size_t round = 0; round < rounds; ++round) {
    const double here = line.scaling();
    const double after = floor.scaling();
    if (before >= wanted && after >= wanted) {
      scalings.push_back(here);
      ratios.push_back(2 * here / (before + after));
    }
    before = after;
  }
  if (ratios.empty())
    std::printf("%s,%zu,,,0\n", name, threads);
  else
    std::printf("%s,%zu,%.2f,%.2f,%zu\n", name, threads, median(scalings),
                median(ratios), ratios.size());
}

}  // namespace tarn::bench
