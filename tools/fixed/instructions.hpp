// instructions.hpp - what callgrind counted, call by call.
//
// callgrind is told to begin anew before each counted_allocate() and
// counted_deallocate(), and to write down what it has behind it. So each part
// of its file is one call: the instructions of the function and of all that it
// called, and who called whom.
//
// Cost     linear in the file.
// Threads  shared.
// Failure  a file that is none has no calls.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tarn::compare::fixed {

struct CountedCall {
  std::uint64_t instructions = 0;
  std::set<std::string> functions;  ///< that it ran through, by their symbols
};

/// Bytes of each function of the worker.
using Symbols = std::map<std::string, std::uint64_t>;

/// What callgrind is told beside its file.
[[nodiscard]] std::vector<std::string> counting_options(const Symbols& symbols);

[[nodiscard]] std::vector<CountedCall> read_counted_calls(std::istream& file);

}  // namespace tarn::compare::fixed
