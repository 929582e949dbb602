// object_scaling.cpp - do threads hinder each other in one object pool?
//
//     bench_object_scaling [--door tarn] [--threads 2] [--rounds 100]
//                          [--pairs 200000]
//
// Prints CSV: for each order how many times the objects of one thread all of
// them acquire and release in the same time, and that over the scaling of bare
// free lists, one for each thread. Threads stay on a processor each, and each
// one's time among others is compared with its own when the others wait, since
// processors are not equally fast; of three times the best counts. On a shared
// machine they are not always there to be had: each round of the pool stands
// between two of the lists and counts only where those scaled both times. A row
// for which no round counts is void.
// SPDX-License-Identifier: MIT
#include "support/clock.hpp"
#include "support/object_worker.hpp"
#include "support/scaling_rounds.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <limits>
#include <pthread.h>
#include <sched.h>
#include <thread>

using namespace tarn::bench;

namespace {

// By then magazines have grown.
constexpr std::size_t first_slices = 100;

// The i-th of those that this process may run on.
void stay_on_processor(std::size_t i) {
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

// Threads that live as long as it does, each with a Worker.
template <class Door>
class Line {
 public:
  Line(const std::string& pattern, std::size_t pairs, std::size_t threads)
      : spent_(threads),
        start_(static_cast<std::ptrdiff_t>(threads) + 1),
        finish_(static_cast<std::ptrdiff_t>(threads) + 1) {
    for (std::size_t i = 0; i < threads; ++i)
      crew_.emplace_back([this, pattern, pairs, i] {
        stay_on_processor(i);
        run(i, Worker<Door>{pattern, pairs, i});
      });
    for (std::size_t i = 0; i < first_slices; ++i)
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

  // How many times the objects of one thread.
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

  void run(std::size_t i, Worker<Door> worker) {
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

template <class Door>
void compare(const std::string& pattern, std::size_t pairs, std::size_t threads,
             std::size_t rounds) {
  Line<ListDoor> floor{pattern, pairs, threads};
  Line<Door> line{pattern, pairs, threads};
  print_scaling(pattern.c_str(), floor, line, threads, rounds);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t threads =
      arguments.number("--threads", std::thread::hardware_concurrency());
  const std::size_t rounds = arguments.number("--rounds", 100);
  const std::size_t pairs = arguments.number("--pairs", 200'000);
  std::printf("order,threads,scaling,of the lists',rounds that count\n");
  with_object_door(arguments.text("--door", "tarn"), [&]<class Door>() {
    for (const char* const pattern : {"lifo", "fifo", "random"})
      compare<Door>(pattern, pairs, threads, rounds);
  });
}
