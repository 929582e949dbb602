// significance.cpp - the exact distribution by counting subsets of ranks.
//
// SPDX-License-Identifier: MIT
#include "common/significance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tarn::compare {
namespace {

// How often a verdict may name a difference where there is none: once in a
// thousand comparisons, all candidates of one taken together.
constexpr double error_rate = 0.001;
// From here on it is worth saying that something seems to differ.
constexpr double seeming = 0.25;
constexpr double confidence = 0.95;

std::vector<double> logarithms(const std::vector<double>& base,
                               const std::vector<double>& other) {
  std::vector<double> all;
  for (std::size_t i = 0; i < std::min(base.size(), other.size()); ++i)
    if (base[i] > 0 && other[i] > 0)
      all.push_back(std::log(other[i] / base[i]));
  return all;
}

// Twice the rank of each size, so that what is equal can share a half.
std::vector<std::size_t> double_ranks(const std::vector<double>& sizes) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&sizes](auto one, auto two) {
    return std::abs(sizes[one]) < std::abs(sizes[two]);
  });
  std::vector<std::size_t> ranks(sizes.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() &&
           std::abs(sizes[order[end]]) == std::abs(sizes[order[begin]]))
      ++end;
    for (std::size_t i = begin; i < end; ++i)
      ranks[order[i]] = begin + 1 + end;
    begin = end;
  }
  return ranks;
}

// shares[s]: the share of all choices of signs whose positive ranks sum to s.
std::vector<double> shares_of_sums(const std::vector<std::size_t>& ranks) {
  const std::size_t most =
      std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  std::vector<double> shares(most + 1, 0);
  shares[0] = 1;
  std::size_t reached = 0;
  for (const std::size_t rank : ranks) {
    reached += rank;
    for (std::size_t sum = reached + 1; sum-- > 0;)
      shares[sum] = (shares[sum] + (sum < rank ? 0 : shares[sum - rank])) / 2;
  }
  return shares;
}

double chance_of(std::vector<double> differences) {
  // What is exactly equal speaks for neither.
  std::erase(differences, 0.0);
  const std::vector<std::size_t> ranks = double_ranks(differences);
  std::size_t positive = 0;
  std::size_t negative = 0;
  for (std::size_t i = 0; i < differences.size(); ++i)
    (differences[i] > 0 ? positive : negative) += ranks[i];
  const std::vector<double> shares = shares_of_sums(ranks);
  const auto tail =
      static_cast<std::ptrdiff_t>(std::min(positive, negative) + 1);
  return std::min(
      1.0, 2 * std::accumulate(shares.begin(), shares.begin() + tail, 0.0));
}

// The means of all pairs, each with itself included, sorted: the middle one is
// the estimate, and as many as the distribution says lie outside its bounds.
std::vector<double> means_of_pairs(const std::vector<double>& differences) {
  std::vector<double> means;
  for (std::size_t i = 0; i < differences.size(); ++i)
    for (std::size_t k = i; k < differences.size(); ++k)
      means.push_back((differences[i] + differences[k]) / 2);
  std::sort(means.begin(), means.end());
  return means;
}

// How many of the means at each end lie outside.
std::size_t left_outside(std::size_t rounds) {
  std::vector<std::size_t> ranks(rounds);
  std::iota(ranks.begin(), ranks.end(), std::size_t{1});
  const std::vector<double> shares = shares_of_sums(ranks);
  double below = 0;
  std::size_t outside = 0;
  while (below + shares[outside] <= (1 - confidence) / 2)
    below += shares[outside++];
  return outside == 0 ? 0 : outside - 1;
}

}  // namespace

Difference difference(const std::vector<double>& base,
                      const std::vector<double>& other) {
  Difference found;
  const std::vector<double> logs = logarithms(base, other);
  if (logs.empty())
    return found;
  found.rounds = logs.size();
  found.chance = chance_of(logs);
  const std::vector<double> means = means_of_pairs(logs);
  const std::size_t last = means.size() - 1;
  const std::size_t outside = left_outside(logs.size());
  found.ratio = std::exp((means[last / 2] + means[last - last / 2]) / 2);
  found.lowest = std::exp(means[outside]);
  found.highest = std::exp(means[last - outside]);
  return found;
}

Finding finding(const Difference& difference, std::size_t differences,
                double least) {
  if (difference.size() < least)
    return Finding::none;
  const auto all = static_cast<double>(std::max<std::size_t>(differences, 1));
  if (difference.chance <= error_rate / all)
    return Finding::sure;
  const bool too_few = difference.rounds < rounds_to_be_sure(differences);
  return too_few && difference.chance <= seeming ? Finding::seems
                                                 : Finding::none;
}

std::size_t rounds_to_be_sure(std::size_t differences) {
  const auto all = static_cast<double>(std::max<std::size_t>(differences, 1));
  // All rounds on one side, of two: 2 of 2^rounds choices of signs.
  std::size_t rounds = 1;
  for (double least = 1; least > error_rate / all; least /= 2)
    ++rounds;
  return rounds;
}

}  // namespace tarn::compare
