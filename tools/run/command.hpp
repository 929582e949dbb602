// command.hpp - the verb `run`: starts a program with tarn's malloc.
//
// The process becomes the program: its number, its signals and its exit code
// are the program's own.
//
// Cost     looks at the program's file; then nothing of tarn's command is left.
// Threads  confined.
// Failure  one sentence on standard error, and an exit code as a shell's.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace tarn::run {

struct Wishes {
  std::string limit;
  std::string stats_file;
  std::string stats_interval;
  std::string check;
  std::vector<std::string> options;  ///< words of TARN_OPTIONS
  std::vector<std::string> words;    ///< the program and its arguments
};

inline constexpr int exit_not_started = 126;
inline constexpr int exit_not_found = 127;

/// Returns only when it could not be started.
[[nodiscard]] int run(const Wishes& wishes);

}  // namespace tarn::run
