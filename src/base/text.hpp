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

class Line {
 public:
  static constexpr std::size_t capacity = 512;

  Line& operator<<(const char* text) noexcept;
  Line& operator<<(std::uint64_t number) noexcept;
  Line& operator<<(Hex hex) noexcept;

  /// Zero-terminated.
  [[nodiscard]] const char* text() const noexcept { return text_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  void put(char c) noexcept;

  std::size_t size_ = 0;
  char text_[capacity] = {};
};

}  // namespace tarn::base
