// heap.hpp - the blocks of a checked heap.
//
//     slot of a slab     [redzone | block | slack | redzone], 16 or 32 before
//                        and behind; slack is what the class is larger
//     slot of pages      [guard ... | slack | block | slack] [guard]
//                        blocks of 2 KiB and more, or all: ends at the guard
//     run                the same, alone in granules of its own
//
// All that nobody should write is filled, and looked at when the block goes
// back, when it leaves the quarantine and when all are looked at. A block that
// is given back is filled as well, or its pages are guarded, and waits in its
// heap's quarantine. Records lie apart.
//
//     state of a heap -> classes -> slabs -> records
//
// Threads  shared: a class has a lock, a leaf. Who changes a slot outside of it
//          calls it busy before.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/annotations.hpp"
#include "base/spin_lock.hpp"
#include "check/fills.hpp"
#include "check/pools.hpp"
#include "check/record.hpp"
#include "check/report.hpp"
#include "heap/domain.hpp"
#include "heap/size_class.hpp"
#include "port/heap_hooks.hpp"

#include <atomic>

namespace tarn::check {

struct HeapState;

/// How the slots of a slab lie: the `extra` of the page map. What is 4 or more
/// is not of these.
enum class Layout : std::uint8_t { slab, pages, run, layouts };

/// Blocks from this size on have pages of their own.
inline constexpr std::size_t least_paged = 2 * KiB;
inline constexpr unsigned slab_classes = heap::class_of(least_paged - 1) + 1;
/// Slots of 2, 4, 8 and 16 pages, the last one a guard.
inline constexpr unsigned most_page_classes = 4;
inline constexpr unsigned run_class = slab_classes + most_page_classes;
inline constexpr unsigned check_classes = run_class + 1;

/// What of a record's spare bits mean.
inline constexpr unsigned is_busy = 1;     ///< somebody is at its bytes
inline constexpr unsigned is_guarded = 2;  ///< its pages are a guard

struct CheckSlab {
  HeapState* heap;
  std::byte* memory;
  std::size_t stride;
  CheckSlab* newer;  // in the class's list of all
  CheckSlab* older;
  CheckSlab* next;  // in that of those with a free slot, or of spare ones
  CheckSlab* previous;
  std::uint32_t granules;
  std::uint16_t redzone;
  std::uint16_t slots;
  std::uint16_t in_use;  // slots that are no more to be had
  std::uint16_t lowest;  // no word of `free` below has a bit
  std::uint8_t size_class;
  Layout layout;
  Record* records;
  std::uint64_t* free;  // a bit for each slot

  [[nodiscard]] std::byte* slot(unsigned i) const noexcept {
    return memory + i * stride;
  }
  /// That of an address inside.
  [[nodiscard]] unsigned slot_of(const void* p) const noexcept {
    // A short division where there is one.
    return layout == Layout::run
               ? 0
               : static_cast<std::uint32_t>(detail::bytes_between(memory, p)) /
                     static_cast<std::uint32_t>(stride);
  }
};

struct CheckClass {
  base::SpinLock lock;
  CheckSlab* all TARN_GUARDED_BY(lock);
  CheckSlab* with_free TARN_GUARDED_BY(lock);
  std::size_t untold TARN_GUARDED_BY(lock);  // of the heap's live bytes
};

/// Blocks that wait, oldest first, in chunks that are full but for the ends.
struct Waiting {
  static constexpr unsigned in_chunk = 255;
  struct Slot {
    CheckSlab* slab;
    std::size_t number;
  };
  struct Chunk {
    Chunk* next;
    std::size_t spare;
    Slot slots[in_chunk];
  };

  base::SpinLock lock;
  Chunk* first TARN_GUARDED_BY(lock);
  Chunk* last TARN_GUARDED_BY(lock);
  Chunk* unused TARN_GUARDED_BY(lock);
  unsigned begin TARN_GUARDED_BY(lock);  // in the first
  unsigned end TARN_GUARDED_BY(lock);    // in the last
  std::size_t bytes TARN_GUARDED_BY(lock);
};

struct HeapState {
  heap::Domain* domain;
  HeapState* next;  // in the list of all, or of unused ones
  PoolNumber number;
  // Bytes that live blocks take of memory, but for what its classes did not
  // tell yet; never below zero by that. Orders nothing.
  std::atomic<std::size_t> live;
  // Small blocks that have pages of their own (heap_apart.cpp). Order nothing.
  std::atomic<StackId> newest;
  std::atomic<std::uint32_t> apart_ever;
  std::atomic<std::int32_t> apart_now;
  std::uint32_t born;  // port::clock_ms()
  CheckClass classes[check_classes];
  Waiting filled;   // of slabs
  Waiting guarded;  // of pages
};

/// The room before and behind a block of a slab's class.
[[nodiscard]] constexpr std::size_t redzone_of(unsigned size_class) noexcept {
  constexpr std::size_t narrow = 16, wide = 32, least_wide = 128;
  return heap::size_of(size_class) < least_wide ? narrow : wide;
}

// heap_states.cpp
/// What is kept of a heap, from now on. Null: no memory.
[[nodiscard]] HeapState* state_of(heap::Domain& domain) noexcept;
void end_state(HeapState& heap) noexcept;
/// Each in turn, none of which ends meanwhile. Null: that was the last.
[[nodiscard]] HeapState* next_state(const HeapState* state) noexcept;
/// Before there are threads, once.
void watch_states() noexcept;
/// Around a walk by next_state.
void hold_states() noexcept;
void release_states() noexcept;

// heap_slabs.cpp
/// A leaf: that of what is kept of slabs whose granules went back.
extern constinit base::SpinLock spare_lock;
[[nodiscard]] std::size_t slot_pages(unsigned page_class) noexcept;

/// The class of pages for a block, or of runs where it fits into none.
[[nodiscard]] unsigned page_class_of(std::size_t size,
                                     std::size_t align) noexcept;
/// A slab in no list; `granules` and `align` are of a run. Null: refused.
[[nodiscard]] CheckSlab* new_slab(HeapState& heap, unsigned size_class,
                                  std::size_t granules = 1,
                                  std::size_t align = 0) noexcept;
/// Nobody uses it and it is in no list.
void give_back(CheckSlab& slab) noexcept;
/// That of an address where the page map says `checked`. Null: it is not one of
/// ours, or changes right now.
[[nodiscard]] CheckSlab* slab_at(const void* p) noexcept;
void link(CheckClass& of, CheckSlab& slab) noexcept TARN_REQUIRES(of.lock);
void unlink(CheckClass& of, CheckSlab& slab) noexcept TARN_REQUIRES(of.lock);
/// The lowest free slot, in use from now on.
[[nodiscard]] unsigned take_slot(CheckClass& of, CheckSlab& slab) noexcept
    TARN_REQUIRES(of.lock);
/// True: nobody uses the slab any more and it is in no list; it goes back.
[[nodiscard]] bool put_slot(CheckClass& of, CheckSlab& slab,
                            unsigned slot) noexcept TARN_REQUIRES(of.lock);

// heap_slots.cpp
/// Where the block of a slot lies, by its record: what is filled begins before
/// it and ends behind it. In pages, those that are no guards.
struct Room {
  std::byte* begin;
  std::byte* block;
  std::byte* end;  // of the block
  std::byte* limit;

  [[nodiscard]] std::size_t before() const noexcept {
    return detail::bytes_between(begin, block);
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return detail::bytes_between(block, end);
  }
  [[nodiscard]] std::size_t behind() const noexcept {
    return detail::bytes_between(end, limit);
  }
  [[nodiscard]] std::size_t all() const noexcept {
    return detail::bytes_between(begin, limit);
  }
};
[[nodiscard]] Room room_in_pages(const CheckSlab& slab, unsigned slot) noexcept;
[[nodiscard]] inline Room room_of(const CheckSlab& slab,
                                  unsigned slot) noexcept {
  if (slab.layout != Layout::slab)
    return room_in_pages(slab, slot);
  const Record& record = slab.records[slot];
  std::byte* const begin = slab.slot(slot);
  std::byte* const block = detail::align_up(
      begin + slab.redzone, std::size_t{1} << record.align_log2);
  return {begin, block, block + record.size, begin + slab.stride};
}
[[nodiscard]] inline std::byte* block_of(const CheckSlab& slab,
                                         unsigned slot) noexcept {
  return room_of(slab, slot).block;
}
/// Fetches what of a slot is looked at soon, since it was not for long.
inline void expect(const CheckSlab& slab, unsigned slot) noexcept {
  __builtin_prefetch(&slab.records[slot], 1);
  __builtin_prefetch(slab.slot(slot), 1);
  __builtin_prefetch(slab.slot(slot) + 64, 1);
}
/// Fills what is around a block.
inline void fill_around(const Room& room) noexcept {
  fill(room.begin, room.before(), redzone_fill);
  fill(room.end, room.behind(), redzone_fill);
}
/// What a block takes of memory, not only of addresses.
[[nodiscard]] inline std::size_t footprint(const CheckSlab& slab,
                                           const Room& room) noexcept {
  return slab.layout == Layout::slab ? slab.stride : room.all();
}
/// What was written that nobody should have.
struct Damage {
  Change before{};
  Change behind{};
  Change inside{};
  [[nodiscard]] explicit operator bool() const noexcept {
    return before || behind || inside;
  }
};
[[nodiscard]] Damage damage_of(const CheckSlab& slab, unsigned slot) noexcept;
/// Whether there is none, which is found sooner.
[[nodiscard]] inline bool is_intact(const Room& room,
                                    const Record& record) noexcept {
  return (record.spare & is_guarded) != 0 ||
         (is_filled(room.begin, room.before(), redzone_fill) &&
          is_filled(room.end, room.behind(), redzone_fill) &&
          (static_cast<BlockUse>(record.use) != BlockUse::quarantined ||
           is_filled(room.block, room.size(), freed_fill)));
}
/// Makes it as if that had never been.
void mend(const CheckSlab& slab, unsigned slot) noexcept;

// heap_apart.cpp
/// Whether a small block is to have pages of its own: the first one of the
/// stack that asks for it, if not too many have.
[[nodiscard]] bool is_set_apart(HeapState& heap, const port::BlockAsk& ask,
                                StackId stack) noexcept;
/// One that may have been goes back.
void end_apart(HeapState& heap, const CheckSlab& slab,
               const Record& record) noexcept;

// heap_quarantine.cpp
/// A slot that is quarantined waits; the oldest ones may leave.
void quarantine(CheckSlab& slab, unsigned slot) noexcept;
/// All leave. Returns whether there were any.
bool empty_quarantine(HeapState& heap) noexcept;

// heap_faults.cpp
/// Tell what was found of a slot; they come back where the program goes on.
/// Returns how many.
unsigned tell_damage(const CheckSlab& slab, unsigned slot,
                     const Damage& damage) noexcept;
void tell_not_live(const heap::Domain& domain, const CheckSlab& slab,
                   unsigned slot, const void* p) noexcept;
void tell_mismatch(const CheckSlab& slab, unsigned slot,
                   const port::BlockReturn& said) noexcept;
void tell_wrong_heap(heap::Domain& domain, const CheckSlab& slab, unsigned slot,
                     const void* p) noexcept;
[[nodiscard]] bool tell_stray(heap::Domain& domain, const void* p) noexcept;

// heap_sweep.cpp
/// Looks at all blocks, of one heap or of all; returns how many faults it told.
std::size_t sweep_heap(HeapState& heap) noexcept;
[[nodiscard]] std::size_t sweep_heaps() noexcept;
/// The heap ends, and with it the lives of its blocks.
void end_lives(HeapState& heap) noexcept;

// heap_blocks.cpp
/// As port/heap_hooks.hpp says.
void describe_block(Description& found) noexcept;

// heap_guards.cpp
/// A resolver for guarded.hpp.
[[nodiscard]] bool tell_access(const void* address, bool is_write,
                               Finding& finding) noexcept;

/// Fills the table that heaps ask. Before the first mode is set.
void install_heap() noexcept;

/// Shows each live block, none of which goes back meanwhile; `visit` may ask
/// for no memory and no lock.
void each_live_block(void (*visit)(void* with, std::byte* block,
                                   const Record& record),
                     void* with) noexcept;

/// The checked block of a heap that holds `p`, live or not, by looking only.
struct FoundBlock {
  std::byte* block = nullptr;  ///< null: none
  const Record* record = nullptr;
};
[[nodiscard]] FoundBlock find_block(const void* p) noexcept;

}  // namespace tarn::check
