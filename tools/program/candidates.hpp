// candidates.hpp - which mallocs the program can be given, asked before it
// runs.
//
// The program is started once with each library and a probe, which says whose
// malloc it would call and ends it before its main. So nothing of the program
// runs, and a library that does not load is found out.
//
// Cost     starting the program's libraries once for each malloc.
// Threads  confined.
// Failure  a malloc that is not loaded has its reason in `failure`; a Refusal
//          for an --allocator that is none.
// SPDX-License-Identifier: MIT
#pragma once

#include "program/candidate.hpp"
#include "program/process.hpp"

#include <string>
#include <vector>

namespace tarn::program {

/// Where processes write what the probe finds: memory that has a path.
class Answers {
 public:
  Answers();
  ~Answers();
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  struct Answer {
    std::string library;  ///< whose malloc is called
    std::string program;  ///< by whom
  };

  /// Everything that was said since the last time.
  [[nodiscard]] std::vector<Answer> take();

 private:
  int file_ = -1;
  std::string path_;
};

/// What it takes to run the program with one of them.
struct Stage {
  std::string tools;               ///< folder of tarn-launch and the probe
  std::string path;                ///< of the program
  std::vector<std::string> words;  ///< its name and arguments
  std::string input;               ///< for its standard input, or ""

  /// With the probe when `probe` is a path.
  [[nodiscard]] Start start(const Candidate& candidate,
                            const std::string& probe) const;
};

struct Candidates {
  std::vector<Candidate> all;  ///< the first is what others are compared with
  std::vector<std::string> remarks;
};

/// The system's malloc and all that are found or asked for by --allocator, or
/// `only` some of them by name; the first is always there. For a program that
/// links a library with a malloc, the first is that one.
[[nodiscard]] Candidates find_candidates(
    const Stage& stage, const std::vector<std::string>& asked_for,
    const std::vector<std::string>& only);

}  // namespace tarn::program
