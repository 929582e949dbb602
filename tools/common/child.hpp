// child.hpp - runs a program and keeps what it says.
//
// Cost     a process; waiting costs nothing.
// Threads  shared: each thread waits for a child of its own.
// Failure  the result says how the child ended; a signal that asks us to stop
//          ends it and is remembered in interrupted().
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tarn::compare {

struct ChildResult {
  int exit_code = -1;  ///< -1: it did not exit by itself
  int signal = 0;      ///< that ended it, or 0
  bool too_slow = false;
  std::string out;
  std::string errors;
};

/// As exec() wants them: with a null pointer at the end.
[[nodiscard]] std::vector<char*> pointers_to(std::vector<std::string>& words);

/// Runs words[0] with `preload` as LD_PRELOAD, at most `seconds` long.
[[nodiscard]] ChildResult run_child(const std::vector<std::string>& words,
                                    const std::string& preload, int seconds);

struct ChildTask {
  std::vector<std::string> words;
  std::string preload;
};

/// Runs all, some at the same time: for what is not timed. `begins` is called
/// when one does, from any thread but never from two at once.
[[nodiscard]] std::vector<ChildResult> run_children(
    const std::vector<ChildTask>& tasks, int seconds,
    const std::function<void(std::size_t task)>& begins);

/// From here on Ctrl-C and SIGTERM end the child and make interrupted() true.
void catch_interrupts();
[[nodiscard]] bool interrupted() noexcept;

}  // namespace tarn::compare
