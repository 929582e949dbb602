// support.hpp - what the stress programs share: cheap numbers, threads.
//
// Nothing here allocates while a program is at work: what is measured is its
// malloc alone.
//
// Threads  a Draw is confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "support/arguments.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

namespace tarn::bench {

/// Numbers that are the same on every machine (xorshift64*, Vigna 2016), inline
/// so that they cost less than what is measured.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) noexcept
      : state_(seed * 0x9e3779b97f4a7c15u | 1u) {}

  [[nodiscard]] std::uint32_t next() noexcept {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<std::uint32_t>((state_ * 0x2545f4914f6cdd1du) >> 32);
  }

  /// Uniform in [0, end).
  [[nodiscard]] std::size_t below(std::size_t end) noexcept {
    return (std::uint64_t{next()} * end) >> 32;
  }

  /// Uniform in [low, high].
  [[nodiscard]] std::size_t between(std::size_t low,
                                    std::size_t high) noexcept {
    return low + below(high - low + 1);
  }

 private:
  std::uint64_t state_;
};

/// Every thread does work(0), work(1) ...; returns when all have ended.
template <class Work>
void in_threads(std::size_t count, Work work) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i)
    threads.emplace_back(work, i);
  for (std::thread& thread : threads)
    thread.join();
}

/// Writes a word at the beginning of every page of the block, and its last
/// byte.
inline void touch(void* block, std::size_t size) noexcept {
  constexpr std::size_t page = 4096;
  auto* const bytes = static_cast<volatile unsigned char*>(block);
  for (std::size_t at = 0; at < size; at += page)
    bytes[at] = 1;
  bytes[size - 1] = 1;
}

}  // namespace tarn::bench
