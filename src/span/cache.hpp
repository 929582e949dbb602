// cache.hpp - the chunks that one thread keeps at hand.
//
// A bin for each size, last in first out, so that a chunk comes back while it
// is in the processor's cache. A bin that is full becomes a batch in reserve,
// a reserve that is full goes to the shelf. How many batches a reserve may hold
// follows the swing of the thread's use (nine of ten rounds need no more), and
// what a round never touched goes to the shelf: whole batches, and by and by
// the deeper half of each bin.
//
// The fast lane is the owner's alone: plain loads and stores. Whoever empties
// the cache of an idle thread hides it first:
//
//     owner                               cleaner (holds the cache's lock)
//     lane.busy = 1                       lane.cache = &no_cache
//     cache = lane.cache                  barrier in every running thread
//     ... take or put a chunk ...         lane.busy == 0?  the cache is ours
//     lane.busy = 0                       lane.cache = cache
//
// Either the owner's load sees the empty cache, or the cleaner sees busy. The
// cleaner pays for the barrier of both (membarrier); where the kernel has none,
// caches are so small that nobody needs to empty them.
//
// The chunk that came back last, if it is small, is not in a bin but at hand:
// no cleaner ever takes it, so that it needs no hand-shake. A region that lives
// for one request begins and ends with it.
//
// Threads  confined to the thread, but for what is said above.
// SPDX-License-Identifier: MIT
#pragma once

#include "span/shelf.hpp"

namespace tarn::span {

struct Bin {
  FreeChunk* head;
  std::uint32_t room;   // chunks that still fit
  std::uint32_t limit;  // chunks there are: limit - room

  [[nodiscard]] std::uint32_t count() const noexcept { return limit - room; }
};
static_assert(sizeof(Bin) == 16);

/// What the bins of one step have behind them.
struct Reserve {
  FreeChunk* batches;
  std::uint32_t count;      // batches
  std::uint32_t least;      // of count, in this round
  std::uint32_t quota;      // count <= quota
  std::int32_t balance;     // batches lent less batches taken back
  std::int32_t low;         // of balance, in this round
  std::int32_t high;        // of balance, in this round
  std::uint32_t lent;       // batches, in this round
  std::uint32_t returned;   // batches, in this round
  std::uint32_t calm;       // rounds in a row that swung less than the quota
  std::uint32_t untouched;  // rounds in which the bin stayed as it was
  Bin seen;                 // the bin at the last round's end
};

struct ChunkCache;

/// The largest chunk that a thread keeps at hand; no other thread takes it.
inline constexpr std::size_t most_at_hand = 32 * KiB;

/// What a thread's fast lane needs. It lies in the cache, not in the memory of
/// the thread: one that first calls in its last destructor ends untold, and
/// whoever comes by to clean must find a lane, not what was unmapped.
struct Lane {
  // Of hand_size; no chunk has these sizes.
  static constexpr std::size_t is_empty = 0;
  static constexpr std::size_t is_closed = 1;

  // Written by the owner and by a cleaner that holds the cache's lock; the
  // release of the cleaner pairs with the acquire of the fast lane.
  std::atomic<ChunkCache*> cache;
  // Written by the owner around its fast lane: the release at its end pairs
  // with the acquire of a cleaner.
  std::atomic<std::uint32_t> busy;
  // Lends until the owner looks at the clock. Written by the owner, read by a
  // cleaner to see whether anything happened; orders nothing.
  std::atomic<std::uint32_t> ticks{0};
  FreeChunk* hand = nullptr;
  // Of the chunk at hand. Written by the owner, the last of its stores when it
  // takes a chunk to hand and the first when it lends it; read by whoever sums
  // up, and by a child after a fork. Orders nothing.
  std::atomic<std::size_t> hand_size{is_closed};
  ChunkCache* own = nullptr;  // null for the lane of those without a cache

  [[nodiscard]] std::size_t bytes_at_hand() const noexcept {
    const std::size_t size = hand_size.load(std::memory_order_relaxed);
    return size == is_closed ? 0 : size;
  }
};

struct ChunkCache {
  /// Indexed by the size in 4 KiB; only powers of two are ever used.
  static constexpr unsigned bin_count = (largest_chunk / smallest_chunk) + 1;

  Bin bins[bin_count];
  Lane lane;
  // Calls of the owner's slow lane, as Lane::ticks for a cleaner to see.
  std::atomic<std::uint32_t> slow_calls;

  base::SpinLock lock;  // below: the owner's slow lane and cleaners
  bool has_thread TARN_GUARDED_BY(lock);
  Reserve reserves[steps] TARN_GUARDED_BY(lock);
  std::uint32_t period;      // ticks are counted down from here
  std::uint32_t last_look;   // ms
  std::uint32_t last_round;  // ms
  std::uint32_t seen_ticks TARN_GUARDED_BY(lock);
  std::uint32_t seen_calls TARN_GUARDED_BY(lock);
  std::uint32_t quiet_since TARN_GUARDED_BY(lock);  // ms
  bool is_trimmed TARN_GUARDED_BY(lock);
  bool is_small;     // nobody can empty it; see small_batches
  ChunkCache* next;  // of all caches; never changes once it is in the list

  [[nodiscard]] Bin& bin(unsigned step) noexcept { return bins[1u << step]; }
};

/// A chunk of the step for this thread, from its cache or the shelf.
[[nodiscard]] FreeChunk* take_chunk(unsigned step) noexcept;
void put_chunk(unsigned step, FreeChunk* chunk) noexcept;

/// The owner's duties when its ticks are spent: looks at the clock, ends its
/// round, and lets the space be maintained where that is allowed.
void run_duties() noexcept;

/// Ends the owner's round, if it is over: for an owner that comes by otherwise
/// than to lend and take back.
void end_own_round(std::uint32_t now) noexcept;

/// Empties the caches of threads that did nothing for `quiet` ms down to
/// 64 KiB. Returns whether any was.
bool empty_idle_caches(std::uint32_t now, std::uint32_t quiet) noexcept;

/// Whether that is what a free chunk's `holder` says. Async-signal-safe.
[[nodiscard]] bool is_holder(const void* p) noexcept;

/// Bytes in all caches; those in bins are counted as of their last round.
[[nodiscard]] std::size_t cached_bytes() noexcept;

void lock_caches_for_fork() noexcept;
void unlock_caches_after_fork() noexcept;
/// Gives the caches of threads that are not in the child to the shelves.
void adopt_caches_in_child() noexcept;

/// Empty for ever: the cache of no_lane.
extern const ChunkCache no_cache;

/// Every thread begins and ends with it, and all that have no cache share it.
extern constinit Lane no_lane;

extern constinit thread_local Lane* own_lane
    __attribute__((tls_model("initial-exec")));

/// Of this thread, from now on: it is at its end, or there was no memory.
extern constinit thread_local bool is_without_cache;

}  // namespace tarn::span
