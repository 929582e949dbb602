// word_runs.hpp - aligned runs of set bits in a word: 2^k of them at a multiple
// of 2^k, by folding the word k times.
//
// Threads  none; there is no state.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_index.hpp"

#include <cstdint>

namespace tarn {
inline namespace v1 {
namespace detail {

// Bits at which a run of 2^n may begin, for n from 1 on.
inline constexpr std::uint32_t pairs = 0x5555'5555;
inline constexpr std::uint32_t fours = 0x1111'1111;
inline constexpr std::uint32_t eights = 0x0101'0101;
inline constexpr std::uint32_t sixteens = 0x0001'0001;

/// 2^order ones. Requires: `order` is below 5.
[[nodiscard]] constexpr std::uint32_t ones(unsigned order) noexcept {
  return (std::uint32_t{1} << (std::uint32_t{1} << order)) - 1;
}

/// The first bit of each run of 2^order. Requires: `order` is below 5.
[[nodiscard]] constexpr std::uint32_t runs_in(std::uint32_t word,
                                              unsigned order) noexcept {
  if (order == 0)
    return word;
  word &= word >> 1 & pairs;
  if (order == 1)
    return word;
  word &= word >> 2 & fours;
  if (order == 2)
    return word;
  word &= word >> 4 & eights;
  return order == 3 ? word : word & word >> 8 & sixteens;
}

/// How many bits a run of fewer than 32 has.
[[nodiscard]] constexpr std::uint32_t length_of(std::uint32_t run) noexcept {
  return low_bit(~(run >> low_bit(run)));
}

/// 1 + the order of the longest run, from 1 to 6; 0: none is set.
[[nodiscard]] constexpr std::uint8_t best_in(std::uint32_t word) noexcept {
  if (word == 0)
    return 0;
  word &= word >> 1 & pairs;
  if (word == 0)
    return 1;
  word &= word >> 2 & fours;
  if (word == 0)
    return 2;
  word &= word >> 4 & eights;
  if (word == 0)
    return 3;
  word &= word >> 8 & sixteens;
  if (word == 0)
    return 4;
  return (word & word >> 16) != 0 ? 6 : 5;
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
