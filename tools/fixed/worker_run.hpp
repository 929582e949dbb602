// worker_run.hpp - runs the worker and reads what it says.
//
// Cost     a process.
// Threads  confined.
// Failure  the result says how it ended; Interrupted.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/child.hpp"

#include <string>
#include <vector>

namespace tarn::compare::fixed {

[[nodiscard]] ChildResult run_worker(const std::vector<std::string>& words);

/// Why there is no result, for a sentence that begins with who failed.
[[nodiscard]] std::string how_it_ended(const ChildResult& result);

struct KeyValue {
  std::string key;  ///< all words but the last
  std::string value;
};
[[nodiscard]] KeyValue split(const std::string& line);

}  // namespace tarn::compare::fixed
