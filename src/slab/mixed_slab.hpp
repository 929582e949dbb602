// mixed_slab.hpp - slots of many sizes in one piece of memory, for what needs
// only a few of each.
//
//     memory (64 KiB)
//     [ strips[128] | strip of 32s | strip of 48s | ...    | strip of 5120 ]
//                   ^ 512 bytes, a unit                      ^ ten units
//
// A strip is one or more units cut into slots of one size: as many as fit a
// unit, or one that is larger. It lies at a multiple of the largest power of
// two that divides the size, so that its slots are aligned as in other slabs.
// All slots of a strip are linked when it is made; when all are back, its units
// are free again.
//
//     free_count <= capacity; used has a bit for each unit of a strip
//
// Cost     linear in the 128 units, but for putting back.
// Threads  confined; who owns it has a lock.
// Failure  null: no strip has a slot, or no room is left for another one.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

#include "base/published.hpp"
#include "slab/slab_word.hpp"

#include <cstddef>
#include <cstdint>

namespace tarn::slab {

inline constexpr std::size_t mixed_size = 64 * KiB;
inline constexpr std::size_t unit_size = 512;
inline constexpr unsigned units = mixed_size / unit_size;

/// A word's bits tell which of so many units are used.
inline constexpr unsigned word_units = 32;

/// The largest slot, a half of the slab.
inline constexpr std::size_t largest_mixed = mixed_size / 2;

struct Strip {
  FreeSlot* free;
  std::uint16_t slot_size;  // in 16 bytes
  std::uint8_t free_count;
  std::uint8_t capacity;
  std::uint8_t size_class;  // 0: the unit begins no strip
  std::uint8_t length;      // in units
  std::uint8_t back;        // units back to where its strip begins

  [[nodiscard]] std::size_t bytes() const noexcept {
    return slot_size * max_align;
  }
};
static_assert(sizeof(Strip) <= 16);

/// The slot that holds a byte of a mixed slab; size 0: none does.
struct MixedPlace {
  std::size_t begin;  // from where the slab begins
  std::size_t size;
};

/// For whoever has nothing but an address. Meanwhile strips may come and go.
[[nodiscard]] MixedPlace mixed_place(const std::byte* memory,
                                     std::size_t offset) noexcept;

struct MixedSlab {
  /// Makes a slab of mixed_size bytes at `memory`, without a strip.
  void start(std::byte* memory) noexcept;

  /// A strip of the class that has a slot, or null.
  [[nodiscard]] Strip* find(unsigned size_class) noexcept;

  /// A new strip, all of whose slots are free, with `key` in them.
  [[nodiscard]] Strip* add(unsigned size_class, std::size_t slot_size,
                           std::uintptr_t key = 0) noexcept;

  /// All free slots of the strip, linked; at least one.
  [[nodiscard]] static Returned take(Strip& strip) noexcept;

  /// One of them.
  [[nodiscard]] static FreeSlot* take_one(Strip& strip) noexcept;

  /// One slot back. True: it was the last one, and the strip is no more.
  bool put(Strip& strip, FreeSlot* slot) noexcept;

  /// The strip whose unit holds `p`; null where there is none.
  [[nodiscard]] Strip* strip_at(const void* p) noexcept;
  [[nodiscard]] std::byte* begin_of(const Strip& strip) noexcept;

  [[nodiscard]] bool is_unused() const noexcept { return used_units == 0; }

  /// True while every invariant holds. For tests.
  [[nodiscard]] bool check() const noexcept;

  Strip* strips;    // where the memory begins
  MixedSlab* next;  // the owner's list
  // A bit for each class that may have a free slot, modulo 64.
  std::uint64_t with_free;
  // Published, since statistics may still look for the counts of the slab of
  // equal slots that was here before.
  base::Published<std::uint32_t> used[units / word_units];
  base::Published<std::uint32_t> used_units;

 private:
  [[nodiscard]] unsigned find_units(unsigned count,
                                    unsigned align) const noexcept;
  void mark(unsigned first, unsigned count, bool are_used) noexcept;
};

}  // namespace tarn::slab
