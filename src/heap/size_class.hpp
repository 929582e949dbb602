// size_class.hpp - the sizes that blocks are rounded to.
//
//     16, 32, 48, ... 1024                        class 1 to 64: size / 16
//     1280, 1536, 1792, 2048, 2560, ... 32 KiB    four to a doubling
//
// So at most a fifth of a block above 64 bytes is rounding.
//
// Threads  shared; these are values.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

#include <bit>

namespace tarn::heap {

inline constexpr std::size_t largest_linear = 1 * KiB;
inline constexpr std::size_t largest_small = 32 * KiB;
inline constexpr unsigned linear_classes = largest_linear / max_align;
inline constexpr unsigned classes = 1 + linear_classes + 20;  // 0: none

/// The class of `size`, which is at most largest_small.
[[nodiscard]] constexpr unsigned class_of(std::size_t size) noexcept {
  if (size <= largest_linear)
    return size == 0 ? 1 : static_cast<unsigned>((size + 15) / max_align);
  const auto doubling = static_cast<unsigned>(std::bit_width(size - 1)) - 1;
  const auto quarter = static_cast<unsigned>((size - 1) >> (doubling - 2)) & 3;
  return linear_classes + 1 + (doubling - 10) * 4 + quarter;
}

/// Bytes of a block of the class.
[[nodiscard]] constexpr std::size_t size_of(unsigned size_class) noexcept {
  if (size_class <= linear_classes)
    return size_class * max_align;
  const unsigned step = size_class - linear_classes - 1;
  return (largest_linear / 4 << step / 4) * (5 + step % 4);
}
static_assert(size_of(classes - 1) == largest_small);
static_assert(class_of(largest_small) == classes - 1);
static_assert(class_of(largest_linear + 1) == linear_classes + 1);

}  // namespace tarn::heap
