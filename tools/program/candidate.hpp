// candidate.hpp - one malloc under which the program runs, and what came of it.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "common/samples.hpp"
#include "program/resident.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tarn::program {

using compare::Samples;

struct Candidate {
  std::string name;     ///< "jemalloc"
  std::string preload;  ///< path of its library, or "" for none

  std::string served_by;  ///< file whose malloc the program calls, or ""
  std::vector<std::string> notes;  ///< sentences about its runs
  std::string failure;             ///< why it is left out, or ""
  std::string last_words;          ///< what the program said before it failed

  /// By name, a value each round: round i of one candidate and round i of
  /// another were neighbours in time.
  std::map<std::string, Samples> figures;
  std::set<std::uint64_t> outputs;         ///< checksums, of each run one
  std::vector<Resident::Sample> resident;  ///< over time, of its last run

  [[nodiscard]] bool runs() const noexcept { return failure.empty(); }

  [[nodiscard]] double median(const std::string& figure) const {
    const auto found = figures.find(figure);
    return found == figures.end() ? 0 : found->second.median();
  }
};

/// "libjemalloc.so.2" of a path.
[[nodiscard]] std::string file_name(const std::string& path);

}  // namespace tarn::program
