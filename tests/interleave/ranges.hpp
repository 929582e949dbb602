// ranges.hpp - the memory that is looked at, and what for.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "interleave/explorer.hpp"

#include <cstdint>
#include <vector>

namespace tarn::interleave {

struct Range {
  const void* memory;
  std::size_t size;
  const char* name;
  Watch how;
};

class Ranges {
 public:
  void clear() {
    ranges_.clear();
    finds_locks_ = false;
  }
  void add(const Range& range) { ranges_.push_back(range); }
  void find_locks() { finds_locks_ = true; }

  /// The one that holds `at`, or null.
  [[nodiscard]] const Range* of(const void* at) const {
    const auto address = reinterpret_cast<std::uintptr_t>(at);
    for (const Range& range : ranges_)
      if (address - reinterpret_cast<std::uintptr_t>(range.memory) < range.size)
        return &range;
    return nullptr;
  }

  /// The same. A byte that is exchanged is a lock, in front of what it lies in.
  [[nodiscard]] const Range* of(const Operation& operation) {
    const Range* const range = of(operation.at);
    if (!finds_locks_ || operation.kind != Operation::Kind::exchange ||
        operation.size != 1 || (range != nullptr && range->how == Watch::lock))
      return range;
    ranges_.insert(ranges_.begin(), {operation.at, 1, "lock", Watch::lock});
    return &ranges_.front();
  }

 private:
  std::vector<Range> ranges_;
  bool finds_locks_ = false;
};

}  // namespace tarn::interleave
