// guarded_rows.hpp - where guarded blocks lie: rooms between guards, in rows of
// rooms of one size.
//
//     guard | room | guard | room | guard | ...     a row: one piece, never
//     huge
//
// Of a room only the pages of its block are memory, and no page while it has
// none. The rooms of a row are used in turn, so that a room is a guard for as
// long as can be after its block went.
//
// Cost     constant. The first taker of a row claims its addresses.
// Threads  shared: a lock of few instructions; looking waits for nothing, and
// is
//          async-signal-safe.
// Failure  null: no room is free, or too many are in use.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/record.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tarn::check {

enum class SlotUse : std::uint32_t {
  fresh,    ///< never given out
  opening,  ///< somebody makes it ready
  live,     ///< a block is there
  closing,  ///< it goes back
  freed     ///< a guard, by which touches of the block are found
};

/// A room, and what lies there.
struct GuardedSlot {
  // Who moves it on owns the rest until the next move: an acquire there pairs
  // with the release here.
  std::atomic<SlotUse> use;
  std::uint32_t cover;  // of the stacks that rooms are in use by
  std::byte* opened;    // the first page that is memory while it is live
  std::byte* front;     // what is before it there is no part of the block
  std::byte* block;
  Record record;

  /// An object of a pool, which stays constructed when it goes back.
  [[nodiscard]] bool is_object() const noexcept { return front != opened; }
};

/// Rows by the sizes of their rooms, the smallest first.
inline constexpr unsigned guarded_rows = 3;
/// The row with room for that; guarded_rows: none has.
[[nodiscard]] unsigned row_for(std::size_t size, std::size_t align) noexcept;
[[nodiscard]] std::size_t room_size(unsigned row) noexcept;
/// How many rooms it has; 0: nobody had one yet, or there was no memory.
[[nodiscard]] std::uint32_t rooms_of(unsigned row) noexcept;
[[nodiscard]] GuardedSlot& slot_in(unsigned row, std::uint32_t number) noexcept;

/// One to make ready. `cover`: what tells its taker from others; the long-lived
/// of one taker do not use up what all have.
[[nodiscard]] GuardedSlot* take_room(unsigned row,
                                     std::uint32_t cover) noexcept;
/// The last to be had again.
void put_room(const GuardedSlot& slot) noexcept;

[[nodiscard]] std::byte* room_of(const GuardedSlot& slot) noexcept;
[[nodiscard]] unsigned row_of(const GuardedSlot& slot) noexcept;

/// Makes the pages of the slot's block memory, from `slot.opened` on. False:
/// the kernel refused.
[[nodiscard]] bool open_pages(const GuardedSlot& slot) noexcept;
/// Makes a guard of them.
void close_pages(const GuardedSlot& slot) noexcept;
/// Behind the pages of its block.
[[nodiscard]] std::byte* opened_end(const GuardedSlot& slot) noexcept;

/// The slot whose room holds the address; null: a guard between two, or beyond
/// the last. `above` may be the slot behind such a guard.
struct SlotsAt {
  GuardedSlot* page = nullptr;
  GuardedSlot* below = nullptr;
  GuardedSlot* above = nullptr;
};
[[nodiscard]] SlotsAt guarded_slots_at(const void* p) noexcept;

/// Shows all that were ever taken, and some that were not.
template <class Look>
void each_slot(Look look) noexcept {
  for (unsigned row = 0; row < guarded_rows; ++row)
    for (std::uint32_t i = 0; i < rooms_of(row); ++i)
      look(slot_in(row, i));
}

/// Whether the address lies in a row, where nothing else is.
[[nodiscard]] bool is_in_guarded_slots(const void* p) noexcept;

/// Rooms with a block, of all rows.
[[nodiscard]] std::uint32_t guarded_slots_in_use() noexcept;

/// Before there are threads: forks wait for whoever is in the rows.
void watch_guarded_slots() noexcept;

/// A resolver for guarded.hpp.
struct Finding;
[[nodiscard]] bool whose_guarded_slot(const void* address, bool is_write,
                                      Finding& finding) noexcept;

}  // namespace tarn::check
