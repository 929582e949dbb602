// parts.hpp - memory for a pool's magazines, caches and tables, which are cut
// from slabs as its objects are.
//
// Cost     constant.
// Threads  confined: the pool's lock.
// Failure  null: a slab of the size must be added first.
// SPDX-License-Identifier: MIT
#pragma once

#include "object/slabs.hpp"

#include <initializer_list>

namespace tarn::object {

class Parts {
 public:
  // As large as they can be for so many in a slab, so that it has no rest: 15
  // in 4 KiB, 7 in 16 KiB, 11 and 4 in 64 KiB. Some in each, so that a pool of
  // few threads holds little.
  static constexpr std::size_t smallest = 256;
  static constexpr std::size_t medium = 2304;
  static constexpr std::size_t large = 5888;
  static constexpr std::size_t largest = 16320;

  /// The least part of at least that many bytes, at most `largest`.
  [[nodiscard]] static constexpr std::size_t round_up(
      std::size_t size) noexcept {
    if (size <= medium)
      return size <= smallest ? smallest : medium;
    return size <= large ? large : largest;
  }

  /// Those of a size that round_up() gave.
  [[nodiscard]] Slabs& of(std::size_t part) noexcept {
    if (part <= medium)
      return part == smallest ? smallest_ : medium_;
    return part == large ? large_ : largest_;
  }

  /// Takes in memory for a size that round_up() gave. No object lies there.
  void add(std::size_t part, Loan loan, detail::ObjectPoolCore& pool,
           std::uint32_t way) noexcept {
    Slabs& slabs = of(part);
    slabs.add(loan, pool, way);
    Slab::of(loan.memory, slabs.shape().size).self = nullptr;
  }

  void put(void* p, std::size_t part) noexcept {
    Slabs& slabs = of(part);
    Slab& slab = Slab::of(p, slabs.shape().size);
    slabs.put(slab, static_cast<std::uint32_t>(slab.offset_of(p) / part), true);
  }

  /// An unused slab, or null.
  [[nodiscard]] Slab* remove_unused() noexcept {
    for (Slabs* const slabs : {&smallest_, &medium_, &large_, &largest_})
      if (Slab* const slab = slabs->remove_unused())
        return slab;
    return nullptr;
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    std::size_t bytes = 0;
    for (const Slabs* const slabs : {&smallest_, &medium_, &large_, &largest_})
      bytes += slabs->count() * slabs->shape().size;
    return bytes;
  }

  [[nodiscard]] bool check() const noexcept {
    return smallest_.check() && medium_.check() && large_.check() &&
           largest_.check();
  }

 private:
  static constexpr std::size_t align = 64;

  PartSlabs smallest_{shape_of(smallest, align, 4 * KiB, false)};
  PartSlabs medium_{shape_of(medium, align, 16 * KiB, false)};
  PartSlabs large_{shape_of(large, align, 64 * KiB, false)};
  PartSlabs largest_{shape_of(largest, align, 64 * KiB, false)};
};

}  // namespace tarn::object
