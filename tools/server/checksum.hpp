// checksum.hpp - folds the bytes of an answer into one number.
//
// Stands where a server would write to its socket: every byte is read once,
// eight at a time. Two answers with the same bytes have the same checksum,
// however they were cut into pieces.
//
// Cost     about a third of an instruction a byte.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace tarn::server {

class Checksum {
 public:
  void add(std::string_view text) noexcept {
    size_ += text.size();
    // What is left of a word from the piece before is filled first.
    while (held_ != 0 && !text.empty()) {
      push(text.front());
      text.remove_prefix(1);
    }
    while (text.size() >= sizeof word_) {
      std::memcpy(&word_, text.data(), sizeof word_);
      fold();
      text.remove_prefix(sizeof word_);
    }
    for (const char byte : text)
      push(byte);
  }

  [[nodiscard]] std::uint64_t value() const noexcept {
    return (sum_ ^ (held_ == 0 ? 0 : word_) ^ size_) * multiplier;
  }

  /// Bytes added.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  // Odd and with bits all over, as multiplicative hashing wants.
  static constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15;

  void push(char byte) noexcept {
    if (held_ == 0)
      word_ = 0;
    word_ |= std::uint64_t{static_cast<unsigned char>(byte)} << (8 * held_);
    if (++held_ == sizeof word_) {
      held_ = 0;
      fold();
    }
  }

  void fold() noexcept {
    sum_ = (sum_ ^ word_) * multiplier;
    sum_ ^= sum_ >> 32;
  }

  std::uint64_t sum_ = 0;
  std::uint64_t word_ = 0;
  std::uint64_t size_ = 0;
  unsigned held_ = 0;  // bytes in word_, < 8
};

}  // namespace tarn::server
