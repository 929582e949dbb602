// buffer.hpp - a sink that is a buffer: it keeps what fits and counts the rest.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/order.hpp"

#include <cstddef>

namespace tarn::observe {

class Buffer {
 public:
  Buffer(char* begin, std::size_t size) noexcept : begin_(begin), size_(size) {}

  static void sink(void* context, const char* text, std::size_t size) {
    Buffer& into = *static_cast<Buffer*>(context);
    const std::size_t room =
        into.size_ - base::smaller(into.size_, into.length_);
    const std::size_t fits = base::smaller(size, room);
    if (fits != 0)
      __builtin_memcpy(into.begin_ + into.length_, text, fits);
    into.length_ += size;
  }

  /// Ends the text with a zero, for which its last byte goes if need be.
  /// Returns the length of all of it.
  std::size_t end() noexcept {
    if (size_ != 0)
      begin_[base::smaller(length_, size_ - 1)] = '\0';
    return length_;
  }

 private:
  char* begin_;
  std::size_t size_;
  std::size_t length_ = 0;
};

}  // namespace tarn::observe
