// command.hpp - the verb `compare` for a program of the user's own.
//
// Cost     the program's runs; see rounds.hpp.
// Threads  confined.
// Failure  an exit code of docs/compare-programs.md, and a sentence on standard
//          error.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/effort.hpp"

#include <string>
#include <vector>

namespace tarn::program {

struct Wishes {
  std::vector<std::string> words;  ///< the program and its arguments
  compare::Effort effort = compare::Effort::usual;
  std::vector<std::string> allocators;  ///< PATH or NAME=PATH
  std::vector<std::string> only;        ///< names; empty: all that there are
  int runs = 0;                         ///< of each malloc; 0: as many as tell
  int good_exit_code = 0;
  int patience = 60;  ///< seconds until a server's options are named
  std::string json;   ///< "" for none, "-" for the output
  std::string csv;    ///< the same
  std::string html;   ///< the same

  std::string load;      ///< command for a server; "" for none
  int port = 0;          ///< it is ready when this is open
  std::string duration;  ///< of the load: "60s", "2m", "90"; "" for its own
  std::vector<std::string> figures;  ///< regular expressions
};

/// Compares and prints. Never throws.
[[nodiscard]] int run(const Wishes& wishes) noexcept;

}  // namespace tarn::program
