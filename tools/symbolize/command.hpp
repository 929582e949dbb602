// command.hpp - the verb `symbolize`: names functions and lines in a report.
//
// Threads  confined.
// Failure  one sentence on standard error, and an exit code.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace tarn::symbolize {

struct Wishes {
  std::string file;  ///< "" or -: standard input
};

[[nodiscard]] int run(const Wishes& wishes);

}  // namespace tarn::symbolize
