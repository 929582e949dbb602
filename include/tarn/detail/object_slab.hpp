// object_slab.hpp - how large the slabs of an object pool are.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

class ObjectPoolCore;

/// Objects are at most this large, so that 32 bits describe a slab.
inline constexpr std::size_t largest_object = 128 * MiB;

/// What a slab of few slots keeps in front of them, at most.
inline constexpr std::size_t slab_head = 128;

/// Bytes from one slot to the next.
[[nodiscard]] constexpr std::size_t stride_of(std::size_t size,
                                              std::size_t align) noexcept {
  return round_up(size == 0 ? 1 : size, align);
}

/// Whether at least one slot fits.
[[nodiscard]] constexpr bool has_slot(std::size_t slab, std::size_t size,
                                      std::size_t align) noexcept {
  return slab >= round_up(slab_head, align) + stride_of(size, align);
}

/// Slabs of more than 64 KiB are of at least 512 KiB: what lies between, the
/// system does not lend at multiples of its size without waste.
[[nodiscard]] constexpr std::size_t larger_slab(std::size_t slab) noexcept {
  return slab == 64 * KiB ? 512 * KiB : slab * 2;
}

/// The slab of a pool that asks for none: a power of two from 4 to 64 KiB with
/// 128 objects if that is enough, a larger one only where the head and the rest
/// would waste more than an eighth of it.
[[nodiscard]] constexpr std::size_t slab_size_for(std::size_t size,
                                                  std::size_t align) noexcept {
  const std::size_t stride = stride_of(size, align);
  std::size_t slab = 4 * KiB;
  while (slab < 64 * KiB && slab / 128 < stride)
    slab *= 2;
  const std::size_t head = round_up(slab_head, align);
  while (!has_slot(slab, size, align) ||
         (slab - head) / stride * stride < slab - slab / 8) {
    if (slab >= head * 8 && slab / 16 > stride)
      break;
    slab = larger_slab(slab);
  }
  return slab;
}

/// What a slab begins with: the pool of its objects.
struct SlabStart {
  ObjectPoolCore* pool;
};

/// The slab that holds `p`: slabs lie at multiples of their size.
[[nodiscard]] inline const SlabStart& slab_of(const void* p,
                                              std::size_t slab) noexcept {
  return *reinterpret_cast<const SlabStart*>(address_of(p) & ~(slab - 1));
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
