// contender.hpp - one thing that is compared: some code over some memory.
//
// Cost     none.
// Threads  confined.
// Failure  a contender that failed says why and is left out from then on.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/samples.hpp"

#include <map>
#include <string>
#include <vector>

namespace tarn::compare {

enum class Code {
  ordinary,  ///< std::string, std::vector, std::map
  pool       ///< the same handler in std::pmr containers
};

enum class Kind {
  malloc,  ///< a general allocator
  floor,   ///< the malloc that only bumps
  tarn,    ///< a Region per request
  heap,    ///< tarn's Heap, block by block as over malloc
  peer,    ///< another pool
  reading  ///< only the parser; for its share
};

struct Contender {
  Code code;
  Kind kind;
  std::string memory;   ///< "jemalloc", "tarn Region", ...
  std::string style;    ///< what the worker calls it
  std::string preload;  ///< path of the allocator's library, or ""

  std::string failure{};                     ///< why it is left out, or ""
  std::string malloc_file{};                 ///< whose malloc the worker called
  std::string checksum{};                    ///< of a pass over the corpus
  double instructions = 0;                   ///< a request; 0: not counted
  std::map<std::string, Samples> figures{};  ///< by the worker's names

  [[nodiscard]] bool runs() const noexcept { return failure.empty(); }

  /// Of a figure; none where it has no such one.
  [[nodiscard]] const std::vector<double>& rounds(
      const std::string& figure) const;

  [[nodiscard]] double median(const std::string& figure) const;

  /// Without what stands behind a comma, which tells forms of serving requests
  /// apart: for where nothing is served.
  [[nodiscard]] std::string short_memory() const;

  /// "jemalloc in ordinary code".
  [[nodiscard]] std::string name() const;
};

[[nodiscard]] const char* word_for(Code code) noexcept;

}  // namespace tarn::compare
