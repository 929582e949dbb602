// fixed_stats.hpp - what a fixed heap says of itself, whatever its fit.
//
// Threads  none; there is nothing here at run time.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn {
inline namespace v1 {

struct FixedHeapStats {
  std::size_t size = 0;  ///< bytes that blocks and their headers can have
  std::size_t used = 0;  ///< of those now, rounding included
  std::size_t peak = 0;  ///< the most that ever were
  std::size_t largest_free = 0;  ///< what allocate would grant now
  /// That ever was granted, with its canary and what its alignment above 16
  /// asked for.
  std::size_t largest_request = 0;
  std::size_t smallest_block = 0;  ///< of all that ever were, with its header
  /// Requests that got nothing, up to 2^32 - 1.
  std::size_t refusals = 0;
  /// Of those, with enough bytes free in the last buffer, in pieces.
  std::size_t fragmented = 0;
  std::int64_t headroom = 0;  ///< bytes above the bound so far
};

namespace detail {

/// A sum of counts of 32 bits, which stops where they do.
[[nodiscard]] constexpr std::uint32_t sum_of_counts(std::size_t a,
                                                    std::uint32_t b) noexcept {
  const auto first = static_cast<std::uint32_t>(a);
  return first + b < first ? 0xffff'ffff : first + b;
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
