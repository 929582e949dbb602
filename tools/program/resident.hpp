// resident.hpp - how much memory a program and its children keep.
//
// Reads counters that the kernel has anyway (/proc/PID/statm) and never a
// process's list of pages, which would stop it. What processes share, such as
// the code of libraries, is counted once, by the largest.
//
// Cost     some microseconds a process; who is a child of whom is asked anew
//          each second only.
// Threads  confined.
// Failure  a process that has gone counts nothing.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace tarn::program {

class Resident {
 public:
  explicit Resident(pid_t program);

  /// Takes a sample when one is due.
  void look();

  struct Sample {
    double seconds;  ///< since the first look
    double bytes;
  };

  [[nodiscard]] const std::vector<Sample>& samples() const noexcept {
    return samples_;
  }

  [[nodiscard]] double mean() const;
  [[nodiscard]] double most() const;

 private:
  using Clock = std::chrono::steady_clock;

  void find_family();
  [[nodiscard]] double bytes() const;

  std::vector<pid_t> family_;  // the program first
  std::vector<Sample> samples_;
  Clock::time_point began_;
  Clock::time_point family_due_;
  Clock::time_point sample_due_;
};

}  // namespace tarn::program
