// size_class.hpp - the sizes that blocks are rounded to.
//
//     16, 32, 48, ... 1152                        class 1 to 72: size / 16
//     1280, 1536, 1792, 2048, 2304, 2560, 3072, ... 32 KiB
//                                                 five to a doubling
//
// At most a fifth of a block above 64 bytes is rounding. Programs often ask for
// a power of two and a header: so each doubling begins with a step of an
// eighth, and the finest steps go somewhat beyond a KiB.
//
// Threads  shared; these are values.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

#include <bit>

namespace tarn::heap {

inline constexpr std::size_t largest_linear = 1 * KiB + 128;
inline constexpr std::size_t largest_small = 32 * KiB;
inline constexpr unsigned linear_classes = largest_linear / max_align;
inline constexpr unsigned steps_to_double = 5;
// The first of the first doubling is the last of the linear ones.
inline constexpr unsigned classes = linear_classes + 5 * steps_to_double;

/// The class of `size`, which is at most largest_small.
[[nodiscard]] constexpr unsigned class_of(std::size_t size) noexcept {
  if (size <= largest_linear)
    return size == 0 ? 1 : static_cast<unsigned>((size + 15) / max_align);
  const auto doubling = static_cast<unsigned>(std::bit_width(size - 1)) - 1;
  const auto eighth = static_cast<unsigned>((size - 1) >> (doubling - 3)) & 7;
  const unsigned step = eighth == 0 ? 0 : 1 + eighth / 2;
  return linear_classes + (doubling - 10) * steps_to_double + step;
}

/// Bytes of a block of the class.
[[nodiscard]] constexpr std::size_t size_of(unsigned size_class) noexcept {
  if (size_class <= linear_classes)
    return size_class * max_align;
  const unsigned steps = size_class - linear_classes;
  const unsigned step = steps % steps_to_double;
  const unsigned eighths = step == 0 ? 9 : 8 + 2 * step;
  return (1 * KiB / 8 << steps / steps_to_double) * eighths;
}
static_assert(size_of(classes - 1) == largest_small);
static_assert(class_of(largest_small) == classes - 1);
static_assert(class_of(largest_linear + 1) == linear_classes + 1);
static_assert(size_of(linear_classes) == largest_linear);
static_assert(size_of(class_of(4 * KiB + 1)) == 4 * KiB + 512);

}  // namespace tarn::heap
