// own_stack.hpp - which memory can be read as a stack.
//
// Threads  confined to the thread that made it, which may be in a handler.
// Failure  false: it cannot be read, or is not known to be of this thread.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace tarn::os {

/// Words of the stack that a walk is on.
class StackReader {
 public:
  /// Whether the word at `place` lies where the last ones were found.
  [[nodiscard]] bool has(std::uintptr_t place) const noexcept {
    return place - begin_ < size_;
  }
  /// That word.
  [[nodiscard, gnu::no_sanitize_address,
    gnu::no_sanitize_thread]] static std::uintptr_t
  at(std::uintptr_t place) noexcept {
    return *reinterpret_cast<const std::uintptr_t*>(place);
  }
  /// The word at `place`. False: there is none.
  [[nodiscard]] bool read(std::uintptr_t place, std::uintptr_t& word) noexcept {
    if (!has(place) || place % sizeof word != 0) [[unlikely]]
      if (!extend(place))
        return false;
    word = at(place);
    return true;
  }

 private:
  bool extend(std::uintptr_t place) noexcept;

  // Words can be read that begin in [begin_, begin_ + size_).
  std::uintptr_t begin_ = 0;
  std::uintptr_t size_ = 0;
};

}  // namespace tarn::os
