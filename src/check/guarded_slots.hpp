// guarded_slots.hpp - blocks alone in their page, with a guard on either side.
//
//     guard | page | guard | page | guard | ...        one piece, never huge
//             [filled | block | slack]                 two times in three
//             [block | filled ........]                else
//
// What touches the guards faults where it does. A block's page is a guard, too,
// from when it is given back until the slot is had again, which is as late as
// can be: slots are used in turn. The bytes beside the block are looked at when
// it goes back.
//
//     piece -> slots by number, each with its record
//
// Cost     two system calls a block, some four microseconds; a page while it
//          lives.
// Threads  shared. Taking and giving back wait for a lock of a few
//          instructions; looking does not, and is async-signal-safe.
// Failure  null: no slot is free, or too many are in use, or the kernel has no
//          memory for it.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/describe.hpp"

#include "check/fills.hpp"
#include "check/pools.hpp"
#include "check/record.hpp"
#include "check/report.hpp"
#include "port/heap_hooks.hpp"

#include <atomic>

namespace tarn::check {

enum class SlotUse : std::uint32_t {
  fresh,    ///< never given out; what is there is a guard
  opening,  ///< somebody makes it ready
  live,     ///< a block is there
  closing,  ///< it goes back
  freed     ///< a guard, by which touches of the block are found
};

struct GuardedSlot {
  // Who moves it on owns the rest until the next move: an acquire there pairs
  // with the release here.
  std::atomic<SlotUse> use;
  std::uint32_t cover;  // of the stacks that slots are in use by
  std::byte* block;
  Record record;
};

/// Blocks of more than this, or of a coarser alignment, have no room.
[[nodiscard]] std::size_t largest_guarded() noexcept;

/// A block that is filled as fresh ones are. `pool` is told in reports.
[[nodiscard]] std::byte* take_guarded_slot(PoolNumber pool,
                                           const port::BlockAsk& ask) noexcept;

/// Whether the address lies in the piece, where nothing else is.
[[nodiscard]] bool is_in_guarded_slots(const void* p) noexcept;

/// Takes `p` back, which lies in the piece, after a look at what it says. What
/// is no live block of the pool stays as it is, and is told.
void give_back_guarded_slot(PoolNumber pool, void* p,
                            const port::BlockReturn& said) noexcept;

/// Bytes that were asked for; 0: no live block begins at `p`, which is told.
[[nodiscard]] std::size_t guarded_size(PoolNumber pool, const void* p) noexcept;

void set_guarded_family(void* p, port::BlockFamily family) noexcept;

/// What describe() says of an address in the piece.
void describe_guarded(Description& found, const void* p) noexcept;

/// The pool ends, and all its blocks: touches of them are found for a while.
void end_guarded_slots(PoolNumber pool) noexcept;

/// Looks at what is beside each live block, tells what was changed, and
/// returns how many faults it told.
[[nodiscard]] std::size_t sweep_guarded_slots() noexcept;

/// A resolver for guarded.hpp.
[[nodiscard]] bool whose_guarded_slot(const void* address, bool is_write,
                                      Finding& finding) noexcept;

[[nodiscard]] std::uint32_t guarded_slots_in_use() noexcept;

/// Shows each live block, by looking only.
void each_guarded_block(void (*visit)(void* with, std::byte* block,
                                      const Record& record),
                        void* with) noexcept;

// For guarded_slots*.cpp.

/// The slot whose page holds the address; null: a guard between two, or beyond
/// the last. `above` may be the slot behind such a guard.
struct SlotsAt {
  GuardedSlot* page = nullptr;
  GuardedSlot* below = nullptr;
  GuardedSlot* above = nullptr;
};
[[nodiscard]] SlotsAt guarded_slots_at(const void* p) noexcept;
[[nodiscard]] std::byte* page_of(const GuardedSlot& slot) noexcept;
[[nodiscard]] std::uint32_t guarded_slots() noexcept;
[[nodiscard]] GuardedSlot& guarded_slot(std::uint32_t number) noexcept;

/// The bytes of a page that are looked at, block and all: those that are near.
struct SlotSides {
  std::byte* begin;
  std::byte* end;
};
[[nodiscard]] SlotSides sides_of(const GuardedSlot& slot) noexcept;

struct SlotDamage {
  Change before{};
  Change behind{};
  [[nodiscard]] explicit operator bool() const noexcept {
    return before || behind;
  }
};
[[nodiscard]] SlotDamage slot_damage(const GuardedSlot& slot) noexcept;
/// Returns how many faults that were.
unsigned tell_slot_damage(const GuardedSlot& slot,
                          const SlotDamage& damage) noexcept;
void tell_no_block(PoolNumber pool, const void* p) noexcept;
void tell_slot_of_other(PoolNumber pool, const GuardedSlot& slot) noexcept;
void tell_slot_mismatch(const GuardedSlot& slot,
                        const port::BlockReturn& said) noexcept;

/// Before there are threads: forks wait for whoever is in the slots.
void watch_guarded_slots() noexcept;

}  // namespace tarn::check
