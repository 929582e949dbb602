// text.hpp - a line of text built in place, without allocating.
//
//     Line line;
//     line << "free of " << Hex{p} << ": " << size << " bytes";
//
// Cost     linear in the text; what does not fit is cut off.
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::base {

struct Hex {
  const void* address;
};

/// A text of somebody else's, cut off where it would fill the line. It ends
/// with a zero, or with its size.
struct Some {
  const char* text;
  std::size_t size = static_cast<std::size_t>(-1);
};

[[nodiscard]] constexpr bool begins_with(const char* text,
                                         const char* beginning) noexcept {
  while (*beginning != '\0')
    if (*text++ != *beginning++)
      return false;
  return true;
}

class Line {
 public:
  static constexpr std::size_t capacity = 512;

  Line& operator<<(const char* text) noexcept;
  Line& operator<<(std::uint64_t number) noexcept;
  Line& operator<<(Hex hex) noexcept;
  Line& operator<<(Some some) noexcept;

  /// Zero-terminated.
  [[nodiscard]] const char* text() const noexcept { return text_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  void put(char c) noexcept;

  std::size_t size_ = 0;
  char text_[capacity] = {};
};

}  // namespace tarn::base
