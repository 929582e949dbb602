// pending.hpp - the step that a thread takes when it goes on.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "interleave/memory.hpp"

#include <cstddef>

namespace tarn::interleave {

struct Pending {
  const void* at;  // null: whatever another one does matters to it
  bool may_write;
  bool is_wait;          // for a lock, or else for a store after those
  const Word* seen{};    // of this word, of which there were
  std::size_t stores{};  // so many
};

/// Whether it does not matter which comes first.
[[nodiscard]] inline bool is_independent(const Pending& one,
                                         const Pending& other) {
  if (one.at == nullptr || other.at == nullptr)
    return false;
  return one.at != other.at || (!one.may_write && !other.may_write);
}

}  // namespace tarn::interleave
