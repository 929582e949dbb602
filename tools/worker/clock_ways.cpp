// clock_ways.cpp - learns the ways of the clock by reading it.
//
// SPDX-License-Identifier: MIT
#include "worker/clock_ways.hpp"

#include "worker/ticks.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <unistd.h>

namespace tarn::compare {
namespace {

// Of the clock, to learn its ways; a distance seen this often is no accident.
constexpr int readings = 10'000;
constexpr int usual = readings / 500;
constexpr double nearly_all = 0.95;

}  // namespace

// What the clock itself adds to every call: one of its readings, in the batch
// that nobody interrupted.
double clock_floor() noexcept {
  constexpr int batch = 100;
  std::uint64_t least = ~std::uint64_t{0};
  for (int i = 0; i < readings / batch; ++i) {
    const std::uint64_t began = ticks_alone();
    std::uint64_t ended = began;
    for (int k = 0; k < batch; ++k)
      ended = ticks_alone();
    least = std::min(least, ended - began);
  }
  return static_cast<double>(least) / batch;
}

// The step in which the clock moves: on some processors it is ten nanoseconds,
// and no duration is known any better. Readings are taken after work of varying
// length; if nearly all their distances are multiples of the least usual one,
// that is the step, else it is a single tick.
double clock_step() {
  std::map<std::uint64_t, int> distances;
  std::uint64_t last = ticks();
  for (int i = 0; i < readings; ++i) {
    for (int work = 0; work < i % 13; ++work)
      (void)getppid();
    const std::uint64_t now = ticks();
    ++distances[now - last];
    last = now;
  }
  const auto least = std::find_if(
      distances.begin(), distances.end(),
      [](auto& one) { return one.first != 0 && one.second >= usual; });
  if (least == distances.end())
    return 1;
  int multiples = 0;
  for (const auto& [distance, times] : distances)
    multiples += distance % least->first == 0 ? times : 0;
  return multiples >= readings * nearly_all ? static_cast<double>(least->first)
                                            : 1;
}

}  // namespace tarn::compare
