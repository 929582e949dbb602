// command.hpp - the verb `stats`: what another process holds of tarn.
//
// Cost     of the process that is looked at: nothing; it is not stopped.
// Threads  confined.
// Failure  one sentence on standard error, and an exit code.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace tarn::stats {

struct Wishes {
  int process = 0;
  std::string form = "text";  ///< or json, openmetrics
  unsigned seconds = 0;       ///< 0: one look; else two, so far apart
};

/// Becomes tarn-look; returns only when there is none.
[[nodiscard]] int run(const Wishes& wishes);

/// Tells what tarn-look tells, with functions, files and lines where it tells
/// of calls.
[[nodiscard]] int run_with_names(const Wishes& wishes);

}  // namespace tarn::stats
