// look.hpp - what heaps hold, for statistics and describe().
//
// It walks the page map: every slab is found there, whoever owns it, and says
// how many of its slots are free. That is exact for what slabs know. What they
// do not know are blocks that threads keep in bins: those of this thread are
// counted, those of others are as many as their owners published when they last
// left the fast path, which writes nothing for us. So of another living thread
// a bin may hold any number from none to `in_bins_most`.
//
// Blocks that another living thread has collected to send home, at most
// 504 KiB a thread, are counted as in use.
//
// Cost     a load for each granule in use, two lines for each slab; two KiB and
//          the lock of its thread heap for each mixed slab.
// Threads  shared: all that is read without a lock is atomic. What others
//          change meanwhile is told as it was or as it is, so that the parts of
//          a sum may differ by what was moved.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/describe.hpp"
#include "tarn/heap.hpp"

#include "heap/size_class.hpp"

namespace tarn::heap {

/// Slabs by their age in seconds: below these, and older.
inline constexpr unsigned ages = 4;
inline constexpr std::uint32_t age_ends[ages - 1] = {1, 60, 3600};

struct ClassLook {
  std::size_t slabs;
  std::size_t strips;     // of mixed slabs
  std::size_t held;       // bytes
  std::size_t given;      // slots that the slabs gave out: live or in bins
  std::size_t in_slabs;   // free slots that were given out before
  std::size_t fresh;      // free slots that never were
  std::size_t parked;     // slots that wait behind their slab's word
  std::size_t collected;  // by this thread, to be sent home
  std::size_t in_bins;
  std::size_t in_bins_most;
  std::size_t refills;
  // Of slabs that some slot of was given out: their free slots used before.
  std::size_t pinned[ages];  // bytes, by the slab's age
  std::size_t pins;          // slots given out of slabs with such bytes
  std::uint32_t oldest;      // of such slabs, seconds
};

struct Look {
  ClassLook of[classes];
  std::size_t large_blocks;
  std::size_t large_held;  // bytes
  std::size_t mixed_free;  // bytes of mixed slabs that are in no strip
  std::size_t thread_heaps;
  std::size_t slabs_made;
};

/// A heap's id in the page map; 0: the default heap.
[[nodiscard]] std::uint32_t id_of(const Heap& heap) noexcept;

/// Whose memory is looked at: a heap's by its id, or everybody's.
inline constexpr std::uint32_t any_pool = ~std::uint32_t{0};
/// That of a heap that never came to be.
inline constexpr std::uint32_t no_pool = any_pool - 1;

/// Adds up the heaps of that id.
void look(Look& sum, std::uint32_t pool = any_pool) noexcept;

/// What describe() tells of a block: reads the map, the slab and the block's
/// second word. Async-signal-safe.
void tell_block(Description& found) noexcept;

}  // namespace tarn::heap
