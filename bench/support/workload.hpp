// workload.hpp - the sizes that a request allocates, and what it writes.
//
// Sizes are drawn once, with a fixed seed, into a table that requests walk on
// through: 40 % uniform in 16..64 bytes, 30 % in 65..256, 18 % in 257..1024,
// 10 % in 1025..4096, 2 % in 4097..32768; the mean is 0.8 KiB.
//
// Threads  shared: the table is constant once it is drawn.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace tarn::bench {

/// The byte that is written, where all are.
inline constexpr int written = 0x5a;

/// How many sizes the table has: long enough that no branch predictor learns
/// them by heart, a power of two so that walking wraps by a mask.
inline constexpr std::size_t drawn_sizes = std::size_t{1} << 14;

/// The table, drawn at the first call.
[[nodiscard]] const std::vector<std::uint32_t>& request_sizes();

/// Numbers that are the same on every machine (xorshift64*, Vigna 2016).
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

  /// The next number, uniform in [low, high].
  [[nodiscard]] std::uint32_t between(std::uint32_t low,
                                      std::uint32_t high) noexcept;

 private:
  std::uint64_t state_;
};

/// What a request does with a block: one word of it, or every byte.
inline void write_block(void* block, std::size_t size, bool whole) noexcept {
  if (whole)
    std::memset(block, written, size);
  else
    *static_cast<std::uint64_t*>(block) = size;
}

}  // namespace tarn::bench
