// guarded_slots.hpp - blocks alone in their pages, with a guard on either side.
//
//     guard | room | guard                     of guarded_rows.hpp
//             [guard, filled | block | slack]  two times in three
//             [block | filled, guard .......]  else
//
// What touches the guards faults where it does. A block's pages are a guard,
// too, from when it is given back until the room is had again, which is as late
// as can be. The bytes beside the block are looked at when it goes back.
//
// Cost     two system calls a block, three where pages are dear, some four
//          microseconds, and half a one a page; its pages while it lives.
// Threads  shared. Taking and giving back wait for a lock of a few
//          instructions; looking does not, and is async-signal-safe.
// Failure  null: no slot is free, or too many are in use, or the kernel has no
//          memory for it.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/describe.hpp"

#include "check/fills.hpp"
#include "check/guarded_rows.hpp"
#include "check/pools.hpp"
#include "check/report.hpp"
#include "port/heap_hooks.hpp"

namespace tarn::check {

/// A block that is filled as fresh ones are. `pool` is told in reports.
[[nodiscard]] std::byte* take_guarded_slot(PoolNumber pool,
                                           const port::BlockAsk& ask) noexcept;

/// Takes `p` back, which lies in a row, after a look at what it says. What
/// is no live block of the pool stays as it is, and is told.
void give_back_guarded_slot(PoolNumber pool, void* p,
                            const port::BlockReturn& said) noexcept;

/// Bytes that were asked for; 0: no live block begins at `p`, which is told.
[[nodiscard]] std::size_t guarded_size(PoolNumber pool, const void* p) noexcept;

void set_guarded_family(void* p, port::BlockFamily family) noexcept;

/// What describe() says of an address in a row.
void describe_guarded(Description& found, const void* p) noexcept;

/// The pool ends, and all its blocks: touches of them are found for a while.
void end_guarded_slots(PoolNumber pool) noexcept;

/// Looks at what is beside each live block, tells what was changed, and
/// returns how many faults it told.
[[nodiscard]] std::size_t sweep_guarded_slots() noexcept;

/// Shows each live block of a heap; who gives one back meanwhile waits.
void each_guarded_block(void (*visit)(void* with, std::byte* block,
                                      const Record& record),
                        void* with) noexcept;

// For guarded_slots*.cpp.

/// Makes a slot ready for a block of so many bytes at `slot.block`, in pages
/// from `slot.opened` on. False: the kernel refused, and the room went back.
[[nodiscard]] bool begin_block(GuardedSlot& slot, PoolNumber pool,
                               const port::BlockAsk& ask,
                               StackId stack) noexcept;
/// Whether there is a live block, which stays until it is let go. That of an
/// object may go all the same.
[[nodiscard]] bool hold_slot(GuardedSlot& slot) noexcept;
void let_slot_go(GuardedSlot& slot) noexcept;
/// Whether the caller alone has the block now, to take it back.
[[nodiscard]] bool begin_return(GuardedSlot& slot) noexcept;
/// Writes down who gives it back.
void enter_return(GuardedSlot& slot) noexcept;
/// Its pages become guards, and its room the last to be used again.
void end_block(GuardedSlot& slot) noexcept;

/// What is looked at, block and all: the bytes of its pages that are near.
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

}  // namespace tarn::check
