// parts.hpp - memory for a pool's magazines, caches and tables, which are cut
// from slabs as its objects are.
//
// Cost     constant.
// Threads  confined: the pool's lock.
// Failure  null: a slab of the size must be added first.
// SPDX-License-Identifier: MIT
#pragma once

#include "object/slabs.hpp"

namespace tarn::object {

class Parts {
 public:
  static constexpr std::size_t smallest = 256;
  static constexpr std::size_t largest = 16 * KiB;

  /// The least part of at least that many bytes; more than `largest`: none.
  [[nodiscard]] static constexpr std::size_t round_up(
      std::size_t size) noexcept {
    std::size_t part = smallest;
    while (part < size)
      part *= step;
    return part;
  }

  /// Those of a size that round_up() gave.
  [[nodiscard]] Slabs& of(std::size_t part) noexcept {
    return part == smallest ? small_ : part == largest ? large_ : medium_;
  }

  void put(void* p, std::size_t part) noexcept {
    Slabs& slabs = of(part);
    Slab& slab = Slab::of(p, slabs.shape().size);
    slabs.put(slab, static_cast<std::uint32_t>(slab.offset_of(p) / part), true);
  }

  /// An unused slab, or null.
  [[nodiscard]] Slab* remove_unused() noexcept {
    for (std::size_t part = smallest; part <= largest; part *= step)
      if (Slab* const slab = of(part).remove_unused())
        return slab;
    return nullptr;
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    return small_.count() * small_.shape().size +
           medium_.count() * medium_.shape().size +
           large_.count() * large_.shape().size;
  }

  [[nodiscard]] bool check() const noexcept {
    return small_.check() && medium_.check() && large_.check();
  }

 private:
  static constexpr std::size_t step = 8;
  static constexpr std::size_t align = 64;

  // Some in each slab, so that a pool of few threads holds little.
  Slabs small_{shape_of(smallest, align, 4 * KiB, false)};
  Slabs medium_{shape_of(smallest * step, align, 16 * KiB, false)};
  Slabs large_{shape_of(largest, align, 64 * KiB, false)};
};

}  // namespace tarn::object
