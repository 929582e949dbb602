// slab.hpp - slots for objects of one type in one piece of memory (Bonwick,
// "The slab allocator", 1994).
//
//     [ Slab | free bits | made bits | colour | slot | slot | ... | rest ]
//     ^ at a multiple of the slab's size: an object finds its pool by a mask
//
// Nothing is ever written into a slot, so an object that waits for its next use
// stays as it was left. A slot is free or not, and made or not: made means that
// an object was constructed there, which lives until the slab goes back.
//
// Cost     constant, but for the search of a free bit: a word for 64 slots.
// Threads  confined.
// Failure  none: there is a slot or there is not.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/object_slab.hpp"
#include "tarn/upstream.hpp"

#include <climits>

namespace tarn::object {

using Bits = std::size_t;
inline constexpr std::size_t bits_in_word = sizeof(Bits) * CHAR_BIT;

/// What the slabs of a pool have in common.
struct Shape {
  std::uint32_t stride;  // bytes from one slot to the next
  std::uint32_t size;    // bytes of a slab, a power of two
  std::uint32_t slots;   // in each slab
  std::uint32_t first;   // offset of the first slot without colour
  std::uint32_t colours;
  std::uint32_t colour_step;  // bytes that slabs are shifted by
  bool constructs;            // else slots count as made from the start
};

/// Of slots of `size` bytes at multiples of `align`, in slabs of `slab` bytes,
/// which hold one at least.
[[nodiscard]] Shape shape_of(std::size_t size, std::size_t align,
                             std::size_t slab, bool constructs) noexcept;

/// The same with so many bytes before and behind each slot at least, and
/// without colours. It has no slots where none fits.
[[nodiscard]] Shape shape_with_zones(std::size_t size, std::size_t align,
                                     std::size_t slab, bool constructs,
                                     std::size_t zone) noexcept;
/// One slot, at the end of the slab. It has none where that does not fit.
[[nodiscard]] Shape shape_at_end(std::size_t size, std::size_t align,
                                 std::size_t slab, bool constructs) noexcept;

struct Slab {
  detail::ObjectPoolCore* pool;  // first: where an object looks for it
  Slab* self;                    // tells a slab from anything else; null: of
                                 // a pool's own parts
  Slab* older;                   // in one of the pool's lists
  Slab* newer;
  Loan loan;
  std::uint32_t first;  // offset of the first slot
  std::uint32_t slots;
  std::uint32_t stride;
  std::uint32_t free_slots;
  std::uint32_t free_made;   // of those, with an object
  std::uint32_t first_word;  // no word below has a free bit
  std::uint32_t way;         // whose threads take from it: slabs.hpp
  union {
    std::uint32_t first_node;  // of a steady pool: that of the first slot
    void* records;             // of a checked pool: what it keeps of the slots
  };

  /// Makes a slab at the loan's memory, which is aligned to the shape's size.
  /// It has `slots`, at most as many as the shape.
  static Slab& start(Loan loan, const Shape& shape, std::uint32_t slots,
                     std::uint32_t colour,
                     detail::ObjectPoolCore& pool) noexcept;

  /// The slab whose piece of `size` bytes holds `p`.
  [[nodiscard]] static Slab& of(const void* p, std::size_t size) noexcept {
    return *reinterpret_cast<Slab*>(detail::address_of(p) & ~(size - 1));
  }

  /// Up to `most` free slots with objects, the lowest first; how many.
  [[nodiscard]] std::uint32_t take_made(void** out,
                                        std::uint32_t most) noexcept;

  /// One free slot without an object, which counts as made from now on. There
  /// must be one.
  [[nodiscard]] void* take_bare() noexcept;

  /// A slot that was taken is free again, with its object or without.
  void put(std::uint32_t slot, bool is_made) noexcept;

  [[nodiscard]] bool is_full() const noexcept { return free_slots == 0; }
  [[nodiscard]] bool is_unused() const noexcept { return free_slots == slots; }
  [[nodiscard]] bool has_bare() const noexcept {
    return free_slots != free_made;
  }

  [[nodiscard]] std::size_t offset_of(const void* p) const noexcept {
    return detail::bytes_between(this, p) - first;
  }
  [[nodiscard]] std::byte* slot_at(std::uint32_t slot) noexcept {
    return reinterpret_cast<std::byte*>(this) + first +
           std::size_t{slot} * stride;
  }
  [[nodiscard]] bool is_free(std::uint32_t slot) const noexcept {
    return has(free_bits(), slot);
  }
  [[nodiscard]] bool is_made(std::uint32_t slot) const noexcept {
    return has(made_bits(), slot);
  }

  /// True while every invariant holds. Linear in slots.
  [[nodiscard]] bool check() const noexcept;

 private:
  [[nodiscard]] std::uint32_t words() const noexcept {
    return static_cast<std::uint32_t>((slots + bits_in_word - 1) /
                                      bits_in_word);
  }
  [[nodiscard]] Bits* free_bits() noexcept {
    return reinterpret_cast<Bits*>(this + 1);
  }
  [[nodiscard]] Bits* made_bits() noexcept { return free_bits() + words(); }
  [[nodiscard]] const Bits* free_bits() const noexcept {
    return reinterpret_cast<const Bits*>(this + 1);
  }
  [[nodiscard]] const Bits* made_bits() const noexcept {
    return free_bits() + words();
  }
  static bool has(const Bits* bits, std::uint32_t slot) noexcept {
    return (bits[slot / bits_in_word] >> (slot % bits_in_word) & 1) != 0;
  }
};

}  // namespace tarn::object
