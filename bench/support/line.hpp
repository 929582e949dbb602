// line.hpp - threads side by side, each with work of its own, and how they
// scale.
//
//     Line line{threads, 100, [](std::size_t i) { return Worker{i}; }};
//     line.scaling()   // 1.9: two do so many times the work of one
//
// Each thread stays on a processor, and its time among others is compared with
// its own when the others wait, since processors are not equally fast; of three
// times the best counts.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "support/clock.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <limits>
#include <pthread.h>
#include <sched.h>
#include <thread>
#include <vector>

namespace tarn::bench {

/// The i-th of those that this process may run on.
inline void stay_on_processor(std::size_t i) {
  cpu_set_t allowed;
  cpu_set_t one;
  CPU_ZERO(&one);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
    return;
  std::size_t left = i % static_cast<std::size_t>(CPU_COUNT(&allowed));
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &allowed) && left-- == 0)
      CPU_SET(cpu, &one);
  pthread_setaffinity_np(pthread_self(), sizeof one, &one);
}

/// Threads that live as long as it does.
class Line {
 public:
  /// Thread i makes a `make(i)`, whose work() is timed; all do it `first` times
  /// before, to grow warm.
  template <class Make>
  Line(std::size_t threads, std::size_t first, Make make)
      : spent_(threads),
        start_(static_cast<std::ptrdiff_t>(threads) + 1),
        finish_(static_cast<std::ptrdiff_t>(threads) + 1) {
    for (std::size_t i = 0; i < threads; ++i)
      crew_.emplace_back([this, make, i] {
        stay_on_processor(i);
        auto worker = make(i);
        run(i, worker);
      });
    for (std::size_t i = 0; i < first; ++i)
      static_cast<void>(slice(all));
  }
  ~Line() {
    turn_ = over;
    start_.arrive_and_wait();
    for (std::thread& thread : crew_)
      thread.join();
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// How many times the work of one thread.
  double scaling() {
    constexpr double never = std::numeric_limits<double>::max();
    std::vector<double> alone(crew_.size(), never);
    std::vector<double> together(crew_.size(), never);
    for (int time = 0; time < 3; ++time) {
      for (std::size_t i = 0; i < crew_.size(); ++i)
        alone[i] = std::min(alone[i], slice(i)[i]);
      const std::vector<double>& now = slice(all);
      for (std::size_t i = 0; i < crew_.size(); ++i)
        together[i] = std::min(together[i], now[i]);
    }
    double sum = 0;
    for (std::size_t i = 0; i < crew_.size(); ++i)
      sum += alone[i] / together[i];
    return sum;
  }

 private:
  static constexpr std::size_t all = ~std::size_t{0};
  static constexpr std::size_t over = all - 1;

  // Nanoseconds of each thread, of one or of all.
  const std::vector<double>& slice(std::size_t turn) {
    turn_ = turn;
    there_ = 0;
    start_.arrive_and_wait();
    finish_.arrive_and_wait();
    return spent_;
  }

  template <class Worker>
  void run(std::size_t i, Worker& worker) {
    for (;;) {
      start_.arrive_and_wait();
      if (turn_ == over)
        return;
      if (turn_ == all || turn_ == i) {
        // Who slept at the barrier is slow at first, and late: so each one
        // works without a clock before, and all begin when all have.
        worker.work();
        ++there_;
        while (there_ != (turn_ == all ? crew_.size() : 1)) {
        }
        const std::uint64_t began = wall_ns();
        worker.work();
        spent_[i] = static_cast<double>(wall_ns() - began);
      }
      finish_.arrive_and_wait();
    }
  }

  // Written before a barrier, read behind it; the times the other way round.
  std::size_t turn_ = all;
  std::vector<double> spent_;
  std::atomic<std::size_t> there_{0};
  std::barrier<> start_;
  std::barrier<> finish_;
  std::vector<std::thread> crew_;
};

}  // namespace tarn::bench
