// slots.hpp - equal slots in one piece of memory: their numbers and their bits.
//
// A slot's number is told from its address by one multiplication, which also
// tells whether the address is that of a slot: to multiply by the inverse of
// an odd number is a one-to-one map of the machine's words, and so is to
// rotate, so that only the starts of slots can map to small numbers (Granlund
// and Montgomery 1994, section 9).
//
// Slots count from 1 and lie below the words of bits, number 1 the highest, so
// that a slot's address is one subtraction from theirs. What is all zero is a
// pool whose slots are all free: a static one costs no initialiser.
//
//     [ slot n | ... | slot 2 | slot 1 | bits | ... ]
//
// Threads  none; there is no state but the memory.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

namespace tarn {
inline namespace v1 {

/// In place of a number of bytes or slots that is known when the program runs.
inline constexpr std::size_t at_run_time = 0;

namespace detail {

/// A word of bookkeeping, in memory that has been and will be anything.
using Word [[gnu::may_alias]] = std::uint32_t;

/// Slots for a link at least, so for a word.
inline constexpr std::size_t smallest_slot = sizeof(Word);

/// More slots have no number of 31 bits.
inline constexpr std::size_t most_slots = 0x7fff'ffff;

/// The largest alignment that every object of `size` bytes can need, up to that
/// which a pool gives when none is asked for.
[[nodiscard]] constexpr std::size_t slot_align(std::size_t size) noexcept {
  const std::size_t largest = size & (0 - size);
  return largest < smallest_slot ? smallest_slot
         : largest > max_align   ? max_align
                                 : largest;
}

/// Bytes from one slot to the next; no_limit where they overflow.
[[nodiscard]] constexpr std::size_t slot_stride(std::size_t size,
                                                std::size_t align) noexcept {
  const std::size_t unit = align < smallest_slot ? smallest_slot : align;
  if (size > no_limit - unit)
    return no_limit;
  return round_up(size < smallest_slot ? smallest_slot : size, unit);
}

/// Words with a bit for each of `count` slots and for slot 0, which is none.
[[nodiscard]] constexpr std::size_t slot_words(std::size_t count) noexcept {
  return count / 32 + 1;
}

/// Slot n's bit in its word.
[[nodiscard]] constexpr std::uint32_t slot_bit(std::uint32_t slot) noexcept {
  return bit_of_32(slot);
}

/// How to divide by a stride what it divides.
struct Stride {
  std::size_t bytes = smallest_slot;
  std::size_t inverse = 1;  // of the odd part, modulo a word
  unsigned shift = 2;       // the power of two in it

  constexpr Stride() = default;
  constexpr explicit Stride(std::size_t stride) noexcept
      : bytes(stride), shift(static_cast<unsigned>(std::countr_zero(stride))) {
    const std::size_t odd = stride >> shift;
    // Newton: each round doubles the bits that are right, at first 3.
    inverse = odd;
    for (unsigned bits = 3; bits < 8 * sizeof odd; bits *= 2)
      inverse *= 2 - odd * inverse;
  }

  /// distance / bytes where there is no remainder, else a number that is larger
  /// than any that is right.
  [[nodiscard]] constexpr std::size_t divide(
      std::size_t distance) const noexcept {
    return std::rotr(distance * inverse, static_cast<int>(shift));
  }
};

/// What does not change.
struct SlotsShape {
  Stride stride;
  std::uint32_t count = 0;
};

/// Which slots are next, and what was counted. All zero: all slots are free.
struct SlotStack {
  std::uint32_t head = 0;   // the slot that was freed last; 0: none
  std::uint32_t fresh = 0;  // slots 1 to fresh were in use
  std::uint32_t refusals = 0;
  std::uint32_t looked_at = 0;  // by check_step
};

/// The memory of `Count` slots of `Size` bytes, in the pool itself.
template <std::size_t Size, std::size_t Count, std::size_t Align>
struct SlotMemory {
  static_assert(is_pow2(Align) && Align >= smallest_slot);
  static_assert(Count <= most_slots);

  static constexpr SlotsShape shape{Stride{slot_stride(Size, Align)}, Count};

  struct Book {
    std::uint32_t words[slot_words(Count)]{};
    SlotStack stack;
  };

  alignas(Align) std::byte slots_[shape.stride.bytes * Count]{};
  Book book_;  // at once behind the slots

  // Laundered, since compilers would else reckon from the slots' address too.
  [[nodiscard]] Book& book() noexcept { return *std::launder(&book_); }
  [[nodiscard]] const Book& book() const noexcept { return book_; }
};

/// The memory of slots in a buffer of the caller's.
template <>
struct SlotMemory<at_run_time, at_run_time, at_run_time> {
  struct Book {
    SlotStack stack;
    std::uint32_t* words;
  };

  Book book_;
  SlotsShape shape;

  /// As many slots as the buffer has room for, maybe none.
  SlotMemory(std::span<std::byte> buffer, std::size_t size,
             std::size_t align) noexcept;

  [[nodiscard]] Book& book() noexcept { return book_; }
  [[nodiscard]] const Book& book() const noexcept { return book_; }
};

/// What every pool of slots is looked at by.
struct SlotsView {
  const std::uint32_t* words;
  const SlotStack& stack;
  const SlotsShape& shape;
};

[[nodiscard]] std::uint32_t slots_in_use(const SlotsView& slots) noexcept;
[[nodiscard]] bool check_slots(const SlotsView& slots) noexcept;
/// Looks at one slot that is free: whether it says what the pool wrote there.
[[nodiscard]] bool check_slot(const SlotsView& slots,
                              std::uint32_t slot) noexcept;

/// A pointer came that is no slot in use: does nothing where it is null, else
/// never returns. It does not say so, as below: a call that does not return is
/// not made in tail position, and then every call would save registers for it.
[[gnu::cold]] void refuse_slot(const std::uint32_t* words,
                               const SlotStack& stack, const SlotsShape& shape,
                               const void* p) noexcept;
/// A free slot says what no pool wrote there: never returns.
[[gnu::cold]] void* refuse_link(const std::uint32_t* words,
                                const SlotStack& stack,
                                const SlotsShape& shape) noexcept;
/// All slots are in use: counts it.
[[gnu::cold]] void* run_out_of_slots(SlotStack& stack) noexcept;

}  // namespace detail
}  // namespace v1
}  // namespace tarn
