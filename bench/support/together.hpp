// together.hpp - the same work in several threads at once, and its clocks.
//
//     work_together(2, 5, [](std::size_t i) { return Worker{i}; });
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "support/clock.hpp"
#include "support/median.hpp"

#include <algorithm>
#include <barrier>
#include <thread>
#include <vector>

namespace tarn::bench {

/// Nanoseconds of a slice of work: the slowest thread's by the wall's clock,
/// and the mean of the time that they worked.
struct Slice {
  double wall_ns;
  double work_ns;
};

/// Each thread makes a Worker{i}, which works without a clock to grow warm,
/// then `slices` times with one, all threads beginning each at the same time.
template <class Make>
[[nodiscard]] std::vector<Slice> work_together(std::size_t threads,
                                               std::size_t slices, Make make) {
  std::vector<std::uint64_t> wall(threads * slices);
  std::vector<std::uint64_t> work(threads * slices);
  std::barrier<> start{static_cast<std::ptrdiff_t>(threads)};
  const auto run = [&](std::size_t i) {
    auto worker = make(i);
    worker.work();
    for (std::size_t slice = 0; slice < slices; ++slice) {
      start.arrive_and_wait();
      const std::uint64_t began = wall_ns();
      const std::uint64_t worked = work_ns();
      worker.work();
      work[slice * threads + i] = work_ns() - worked;
      wall[slice * threads + i] = wall_ns() - began;
    }
  };
  std::vector<std::thread> crew;
  for (std::size_t i = 1; i < threads; ++i)
    crew.emplace_back(run, i);
  run(0);
  for (std::thread& thread : crew)
    thread.join();
  std::vector<Slice> spent;
  for (std::size_t slice = 0; slice < slices; ++slice) {
    std::uint64_t slowest = 0;
    std::uint64_t sum = 0;
    for (std::size_t i = slice * threads; i < (slice + 1) * threads; ++i) {
      slowest = std::max(slowest, wall[i]);
      sum += work[i];
    }
    spent.push_back({static_cast<double>(slowest),
                     static_cast<double>(sum) / static_cast<double>(threads)});
  }
  return spent;
}

/// The slices' medians.
[[nodiscard]] inline Slice typical(const std::vector<Slice>& slices) {
  std::vector<double> wall;
  std::vector<double> work;
  for (const Slice& slice : slices) {
    wall.push_back(slice.wall_ns);
    work.push_back(slice.work_ns);
  }
  return {median(wall), median(work)};
}

}  // namespace tarn::bench
