// capacity.hpp - how many objects a magazine holds.
//
//     first: as many as are worth the memory   then: whole parts, while threads
//                                              meet at the depot
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "object/magazine.hpp"
#include "object/parts.hpp"

namespace tarn::object {

// A magazine holds at most this many bytes of objects when the pool begins: two
// for each thread must not be much beside what the thread uses. It never holds
// more than the other.
inline constexpr std::size_t bytes_in_first_magazine = 32 * KiB;
inline constexpr std::size_t bytes_in_last_magazine = 256 * KiB;
inline constexpr std::uint32_t least_capacity = 2;

/// Of a part of so many bytes.
[[nodiscard]] constexpr std::uint32_t capacity_of(std::size_t part) noexcept {
  return static_cast<std::uint32_t>((part - sizeof(Magazine)) / sizeof(void*));
}

/// Of a pool that begins, with objects `stride` bytes apart.
[[nodiscard]] constexpr std::uint32_t first_capacity(
    std::size_t stride) noexcept {
  return base::larger(least_capacity,
                      base::smaller(capacity_of(Parts::medium),
                                    static_cast<std::uint32_t>(
                                        bytes_in_first_magazine / stride)));
}

/// What comes after `capacity`: half as many more, and as many as then fit into
/// the part. The same: it is as large as may be.
[[nodiscard]] constexpr std::uint32_t next_capacity(
    std::uint32_t capacity, std::size_t stride) noexcept {
  const std::size_t size = Magazine::size_for(capacity + capacity / 2);
  if (size > Parts::largest)
    return capacity;
  const std::uint32_t next = capacity_of(Parts::round_up(size));
  return next <= bytes_in_last_magazine / stride ? next : capacity;
}

}  // namespace tarn::object
