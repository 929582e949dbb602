// progress.hpp - says on standard error what is being done.
//
// On a terminal one line that changes; otherwise a line for each phase.
//
// Cost     a write.
// Threads  confined.
// Failure  none: what cannot be said is not said.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>

namespace tarn::compare {

class Progress {
 public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// A phase begins, of so many steps.
  void begin(const std::string& phase, std::size_t steps);

  /// A step of it begins.
  void step(const std::string& what);

  /// Something to know, on a line of its own.
  void say(const std::string& sentence);

  /// Takes the changing line away.
  void clear();

 private:
  std::string phase_;
  std::size_t steps_ = 0;
  std::size_t done_ = 0;
  bool terminal_;
  bool line_shown_ = false;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace tarn::compare
