// team.hpp - threads that do some work at the same time, over and over.
//
// Cost     a few microseconds to begin and end a run, outside of its time.
// Threads  confined; the work runs on threads of its own.
// Failure  std::system_error when a thread cannot be made.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace tarn::compare {

class Team {
 public:
  using Work = std::function<void(std::size_t member)>;

  explicit Team(std::size_t members)
      : times_(members),
        begin_(static_cast<std::ptrdiff_t>(members) + 1),
        together_(static_cast<std::ptrdiff_t>(members)),
        end_(static_cast<std::ptrdiff_t>(members) + 1) {
    for (std::size_t i = 0; i < members; ++i)
      threads_.emplace_back([this, i] { live(i); });
  }
  ~Team() {
    work_ = nullptr;
    begin_.arrive_and_wait();
    for (std::thread& thread : threads_)
      thread.join();
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return times_.size(); }

  /// Every member does `work`. Nanoseconds from the first one's beginning to
  /// the last one's end.
  [[nodiscard]] double run(const Work& work) {
    work_ = &work;
    begin_.arrive_and_wait();
    end_.arrive_and_wait();
    Time all = times_.front();
    for (const Time& one : times_)
      all = {std::min(all.began, one.began), std::max(all.ended, one.ended)};
    return std::chrono::duration<double, std::nano>(all.ended - all.began)
        .count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  // A line of its own, so that noting it hinders no neighbour.
  struct alignas(128) Time {
    Clock::time_point began;
    Clock::time_point ended;
  };

  void live(std::size_t member) {
    for (;;) {
      begin_.arrive_and_wait();
      if (work_ == nullptr)
        return;
      // Whoever wakes up late must not find the others half done.
      together_.arrive_and_wait();
      times_[member].began = Clock::now();
      (*work_)(member);
      times_[member].ended = Clock::now();
      end_.arrive_and_wait();
    }
  }

  const Work* work_ = nullptr;  // the barriers order it
  std::vector<Time> times_;
  std::barrier<> begin_;
  std::barrier<> together_;
  std::barrier<> end_;
  std::vector<std::thread> threads_;
};

}  // namespace tarn::compare
