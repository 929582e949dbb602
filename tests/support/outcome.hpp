// outcome.hpp - a function in a process of its own: what it says on standard
// error, and how it ends.
//
//     outcome_of([] { report(finding); return 0; })
//
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <csignal>
#include <cstdlib>
#include <doctest/doctest.h>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tarn::test {

struct Outcome {
  std::string said;  // on standard error
  int status;        // of waitpid
};

// `run` in a child, whose exit code is that of `run` when it returns.
template <class Run>
Outcome outcome_of(Run run) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    // Doctest would tell of an abort.
    std::signal(SIGABRT, SIG_DFL);
    _exit(run());
  }
  close(ends[1]);
  Outcome outcome{};
  std::array<char, 4096> text;
  for (ssize_t size; (size = read(ends[0], text.data(), text.size())) > 0;)
    outcome.said.append(text.data(), static_cast<std::size_t>(size));
  close(ends[0]);
  waitpid(child, &outcome.status, 0);
  return outcome;
}

inline bool is_aborted(const Outcome& outcome) {
  return WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGABRT;
}
inline bool is_exited(const Outcome& outcome, int code) {
  return WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) == code;
}

inline bool is_killed(const Outcome& outcome, int signal) {
  return WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == signal;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

inline std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos;
       at += what.size())
    ++found;
  return found;
}

}  // namespace tarn::test
