// significance.hpp - do two series of neighbouring rounds differ?
//
// Wilcoxon's signed-rank test (1945) on the logarithms of the ratios of each
// round, with its exact distribution. In each round the order in which the
// candidates run is drawn anew, so that for twice the same thing the sign of
// each difference is a coin's: the test holds whatever the noise looks like,
// outliers, drift and neighbours on the machine included.
//
// Cost     quadratic in the rounds.
// Threads  shared.
// Failure  none; without rounds nothing differs.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace tarn::compare {

struct Difference {
  std::size_t rounds = 0;
  double ratio = 1;   ///< of the other to the base
  double lowest = 1;  ///< the ratio lies between these two with 95 %
  double highest = 1;
  double chance = 1;  ///< of such a series from twice the same thing

  /// 0.12 for 12 percent more or less.
  [[nodiscard]] double size() const noexcept {
    return ratio < 1 ? 1 - ratio : ratio - 1;
  }
};

/// Round by round; the ratio is Hodges and Lehmann's median. What is not
/// positive in either leaves out its round.
[[nodiscard]] Difference difference(const std::vector<double>& base,
                                    const std::vector<double>& other);

enum class Finding {
  none,   ///< as far as these rounds can tell
  seems,  ///< all points one way, but so few rounds cannot be sure
  sure
};

/// Less than this nobody would change an allocator for.
inline constexpr double least_size = 0.01;

/// Of one among so many differences that are looked at together; one below
/// `least` is none.
[[nodiscard]] Finding finding(const Difference& difference,
                              std::size_t differences,
                              double least = least_size);

/// Rounds that it takes at least for a finding to be sure.
[[nodiscard]] std::size_t rounds_to_be_sure(std::size_t differences);

}  // namespace tarn::compare
