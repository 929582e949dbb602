// resident.hpp - how much memory a program and its children keep.
//
// Reads counters that the kernel has anyway (/proc/PID/statm) and never a
// process's list of pages, which would stop it. What processes share, such as
// the code of libraries, is counted once, by the largest.
//
// A run of any length keeps 128 to 256 samples once it has had so many: when
// there are more, every other one is forgotten and samples are kept half as
// often. The mean and the most are of all samples that were taken.
//
// Cost     some microseconds a process and sample; who is a child of whom is
//          asked anew each second only.
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

  /// Takes a sample when one is due: after 10 ms at first, and later every 80.
  void look();

  /// Until one is.
  [[nodiscard]] int milliseconds_to_next() const;

  struct Sample {
    double seconds;  ///< since the first look
    double bytes;
  };

  [[nodiscard]] const std::vector<Sample>& samples() const noexcept {
    return samples_;
  }

  /// Over the time from the first sample to the last.
  [[nodiscard]] double mean() const noexcept;
  [[nodiscard]] double most() const noexcept { return most_; }

 private:
  using Clock = std::chrono::steady_clock;

  void find_family();
  void take(double seconds, double bytes);
  [[nodiscard]] double bytes() const;

  std::vector<pid_t> family_;  // the program first
  std::vector<Sample> samples_;
  Sample last_{0, 0};  // taken, kept or not
  double area_ = 0;    // bytes times seconds, up to the last
  double most_ = 0;
  double keep_from_ = 0;  // seconds
  Clock::time_point began_;
  Clock::time_point family_due_;
  Clock::time_point sample_due_;
  std::chrono::milliseconds between_kept_;
};

}  // namespace tarn::program
