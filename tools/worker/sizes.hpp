// sizes.hpp - how large the blocks of the simulated work are, and how many.
//
// Everything is drawn from a seed, so that every contender is asked for the
// same blocks in the same order.
//
// Cost     a few nanoseconds a draw.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tarn::compare {

/// Numbers that are the same on every machine (xorshift64*, Vigna 2016).
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

  /// The next number, uniform in [low, high].
  [[nodiscard]] std::uint32_t between(std::uint32_t low,
                                      std::uint32_t high) noexcept {
    const std::uint64_t wide = std::uint64_t{high} - low + 1;
    return low + static_cast<std::uint32_t>(bits() * wide >> 32);
  }

  /// Uniform in (0, 1].
  [[nodiscard]] double share() noexcept {
    return (static_cast<double>(bits()) + 1) / 4294967296.0;
  }

  /// The next number of an exponential distribution.
  [[nodiscard]] double exponential(double mean) noexcept;

 private:
  [[nodiscard]] std::uint64_t bits() noexcept {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return (state_ * 0x2545F4914F6CDD1DULL) >> 32;
  }

  std::uint64_t state_;
};

/// What a program's data is like for a while; programs go through them in turn.
enum class Season : std::uint8_t {
  small,    ///< 16 to 64 bytes
  medium,   ///< 65 to 512 bytes
  request,  ///< mostly small, up to 32 KiB
  large,    ///< 2 to 16 KiB
  growing,  ///< arrays that double from 64 bytes to 8 KiB, small blocks between
  aligned   ///< multiples of 8, up to 1 KiB
};
inline constexpr int seasons = 6;

/// Bytes that a new block is asked for; arrays begin at their least.
[[nodiscard]] std::uint32_t draw_size(Random& random, Season season) noexcept;

/// Where the arrays of Season::growing begin and end.
inline constexpr std::uint32_t least_array = 64;
inline constexpr std::uint32_t largest_array = 8 * 1024;

/// The sizes of a request's blocks, drawn once, for those who may not spend
/// time on drawing: 16 384 of them, a power of two.
[[nodiscard]] const std::vector<std::uint32_t>& request_sizes();

}  // namespace tarn::compare
