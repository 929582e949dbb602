// tables.hpp - the rounds as text a person reads, at most 100 columns wide.
//
// Cost     linear.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "program/candidate.hpp"
#include "program/load_figures.hpp"
#include "program/verdict.hpp"

#include <string>
#include <vector>

namespace tarn::program {

/// Time and memory of a program that ran to its end.
[[nodiscard]] std::string time_table(const std::vector<Candidate>& all,
                                     bool colours);

/// What the load command said.
[[nodiscard]] std::string load_table(const std::vector<Candidate>& all,
                                     const std::vector<LoadFigure>& load,
                                     bool colours);

/// Memory and processor of a server.
[[nodiscard]] std::string server_table(const std::vector<Candidate>& all,
                                       bool colours);

/// Both kinds of processor time, page faults and context switches.
[[nodiscard]] std::string kernel_table(const std::vector<Candidate>& all,
                                       bool colours);

/// Who was left out and why, notes, and the verdict.
[[nodiscard]] std::string closing(const std::vector<Candidate>& all,
                                  const std::string& verdict, bool colours);

/// The last lines of what somebody said, indented, without what a terminal
/// would obey.
[[nodiscard]] std::string last_words(const std::string& text);

/// "its own (libjemalloc.so.2 linked in)", "libc.so.6".
[[nodiscard]] std::string malloc_of(const Candidate& candidate);

}  // namespace tarn::program
