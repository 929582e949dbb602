// speed_difference.cpp - exchanges drawn from a seed, and bounds from them.
//
// SPDX-License-Identifier: MIT
#include "common/speed_difference.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>

namespace tarn::compare {
namespace {

// How many exchanges are drawn. Where enough of them came out as far apart
// there is nothing to be found, and the share of them is the chance (Besag and
// Clifford 1991).
struct Effort {
  int most;
  int enough;
};
constexpr Effort for_chance{19'999, 100};  // of one in 20 000
// The bounds ask whether it is one in twenty.
constexpr Effort for_bounds{999, 50};
constexpr double outside = 0.05;
constexpr int bisections = 10;
// What rounding makes of equal sums is equal.
constexpr double equal_within = 1e-12;

using Logs = std::vector<double>;

std::size_t half_of(std::size_t rounds) {
  return (rounds + 1) / 2;
}

/// Two series, and what exchanges make of them.
class Pair {
 public:
  Pair(const Logs& base, const Logs& other)
      : coins_(base.size()), half_(half_of(base.size())) {
    for (std::size_t i = 0; i < base.size(); ++i) {
      speeds_.push_back({base[i], i, 0});
      speeds_.push_back({other[i], i, 1});
    }
    std::sort(speeds_.begin(), speeds_.end(),
              [](const Speed& one, const Speed& two) {
                return one.logarithm > two.logarithm;
              });
  }

  /// Of the other's faster half to the base's, after the last exchange.
  [[nodiscard]] double distance() const {
    double sums[] = {0, 0};
    std::size_t counts[] = {0, 0};
    for (const Speed& one : speeds_) {
      const unsigned side = one.side ^ coins_[one.round];
      if (counts[side] == half_)
        continue;
      sums[side] += one.logarithm;
      if (++counts[side] == half_ && counts[1 - side] == half_)
        break;
    }
    return (sums[1] - sums[0]) / static_cast<double>(half_);
  }

  /// The share of all exchanges that come out as far apart.
  [[nodiscard]] double chance(Effort effort) {
    const double far = std::abs(distance()) - equal_within;
    std::mt19937_64 random{19350101};
    // The one that was measured is one of them.
    int as_far = 1;
    int drawn = 1;
    while (drawn <= effort.most && as_far <= effort.enough) {
      toss(random);
      as_far += std::abs(distance()) >= far ? 1 : 0;
      ++drawn;
    }
    return static_cast<double>(as_far) / drawn;
  }

 private:
  struct Speed {
    double logarithm;
    std::size_t round;
    unsigned side;  ///< 1: the other's
  };

  void toss(std::mt19937_64& random) {
    constexpr std::size_t bits = 64;
    std::uint64_t more = 0;
    for (std::size_t i = 0; i < coins_.size(); ++i, more >>= 1) {
      if (i % bits == 0)
        more = random();
      coins_[i] = more & 1;
    }
  }

  std::vector<Speed> speeds_;    // the fastest first
  std::vector<unsigned> coins_;  // 1: the two of this round changed sides
  std::size_t half_;
};

// Whether the other would differ from the base if it were `shift` less.
bool is_beyond(const Logs& base, Logs other, double shift) {
  for (double& value : other)
    value -= shift;
  return Pair(base, other).chance(for_bounds) < outside;
}

// The shift nearest to `from` that the rounds speak against, towards `to`.
double bound(const Logs& base, const Logs& other, double from, double to) {
  for (int i = 0; i < bisections; ++i) {
    const double middle = (from + to) / 2;
    (is_beyond(base, other, middle) ? to : from) = middle;
  }
  return to;
}

}  // namespace

Difference difference_in_speed(const std::vector<double>& base,
                               const std::vector<double>& other) {
  Difference found;
  Logs here;
  Logs there;
  for (std::size_t i = 0; i < std::min(base.size(), other.size()); ++i) {
    if (base[i] <= 0 || other[i] <= 0)
      continue;
    here.push_back(std::log(base[i]));
    there.push_back(std::log(other[i]));
  }
  if (here.empty())
    return found;
  found.rounds = here.size();
  Pair pair(here, there);
  const double distance = pair.distance();
  found.chance = pair.chance(for_chance);
  // No shift that is asked for lies outside of what rounds were apart.
  const auto [least, most] = std::minmax_element(here.begin(), here.end());
  const auto [low, high] = std::minmax_element(there.begin(), there.end());
  found.ratio = std::exp(distance);
  found.lowest = std::exp(bound(here, there, distance, *low - *most));
  found.highest = std::exp(bound(here, there, distance, *high - *least));
  return found;
}

double speed_of(const std::vector<double>& rounds) {
  Logs logs;
  for (const double round : rounds)
    if (round > 0)
      logs.push_back(std::log(round));
  if (logs.empty())
    return 0;
  std::sort(logs.begin(), logs.end(), std::greater<>());
  const std::size_t half = half_of(logs.size());
  return std::exp(
      std::accumulate(logs.begin(),
                      logs.begin() + static_cast<std::ptrdiff_t>(half), 0.0) /
      static_cast<double>(half));
}

}  // namespace tarn::compare
