// machine.hpp - where the figures were taken.
//
// Cost     reads a file or two.
// Threads  confined.
// Failure  "" or 0 for what cannot be learned.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace tarn::compare {

struct Machine {
  std::string processor;
  int cores;  ///< that this process may use
  std::string kernel;
  double load;  ///< programs that wanted to run in the last minute
};

[[nodiscard]] Machine this_machine();

}  // namespace tarn::compare
