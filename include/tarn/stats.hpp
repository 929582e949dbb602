// stats.hpp - what is held, used and wasted, in all pools of the process.
//
//     tarn::Snapshot before = tarn::snapshot();
//     ...                                       // an hour of the same work
//     tarn::Snapshot now = tarn::snapshot();
//     tarn::write_stats(now, &before, tarn::StatsForm::text, print, stdout);
//
// Two snapshots tell a leak from fragmentation: what is in use has grown, or
// what is held beside it. docs/stats.md explains every line.
//
// Cost     nothing on any fast path. A snapshot looks at each granule of 64 KiB
//          in use and at each slab: less than a millisecond for a gigabyte of
//          small blocks. Its locks are held by others as long. In mode `full`
//          it looks at each block, too: 10 ns each.
// Threads  shared. While others work, each figure is some value between before
//          and after, and those that belong together may differ by what moved.
// Failure  none. Nothing here allocates.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"
#include "tarn/system.hpp"
#include "tarn/upstream.hpp"

namespace tarn {
inline namespace v1 {

/// Slabs by age: under a second, a minute, an hour, and older.
inline constexpr unsigned slab_ages = 4;

/// One size class of the heap. Blocks but where it says bytes.
struct ClassStats {
  std::size_t block = 0;   ///< bytes of a block
  std::size_t slabs = 0;   ///< granules cut into blocks of this size
  std::size_t strips = 0;  ///< parts of granules, for the first few blocks
  std::size_t held = 0;    ///< bytes of both
  std::size_t live = 0;    ///< in use, or in a batch that another thread fills
  std::size_t in_slabs = 0;      ///< free in their slabs
  std::size_t in_bins = 0;       ///< free in the bins of threads
  std::size_t in_bins_most = 0;  ///< what in_bins may be at most
  std::size_t parked = 0;        ///< free, in batches for their slab's owner
  std::size_t fresh = 0;         ///< never used, or their pages went back
  std::size_t refills = 0;       ///< of bins, since the start

  // Slabs that are neither full nor unused are pinned by the blocks that they
  // gave out: live ones, and those in bins.
  std::size_t pinned = 0;  ///< bytes free in them, used before
  std::size_t pins = 0;    ///< blocks that pin them
  std::size_t pinned_by_age[slab_ages] = {};  ///< of `pinned`
  std::uint32_t oldest = 0;                   ///< of those slabs, in seconds

  /// The most that rounding to this class can waste of its live blocks: each
  /// was asked for with more than the next smaller block's size.
  std::size_t rounding_most = 0;

  /// Bytes of blocks in use.
  [[nodiscard]] std::size_t live_bytes() const noexcept { return live * block; }
  /// Bytes held that are not in use.
  [[nodiscard]] std::size_t free_bytes() const noexcept {
    return held > live_bytes() ? held - live_bytes() : 0;
  }
  /// Bytes of free blocks that were used before: there are pages behind them.
  [[nodiscard]] std::size_t dirty() const noexcept {
    return (in_slabs + in_bins + parked) * block;
  }
};

/// A heap, or all together.
struct HeapStats {
  static constexpr unsigned classes = 96;

  ClassStats of[classes];        ///< by rising block size
  std::size_t large_blocks = 0;  ///< blocks with granules of their own
  std::size_t large_held = 0;    ///< bytes of those; all of it counts as live
  std::size_t mixed_free = 0;    ///< bytes kept for strips, in none now
  std::size_t thread_heaps = 0;  ///< threads' parts, those of ended threads too
  std::size_t slabs_made = 0;    ///< since the start

  [[nodiscard]] std::size_t held() const noexcept;   ///< bytes
  [[nodiscard]] std::size_t live() const noexcept;   ///< bytes
  [[nodiscard]] std::size_t dirty() const noexcept;  ///< bytes
  [[nodiscard]] std::size_t slabs() const noexcept;
  [[nodiscard]] std::size_t refills() const noexcept;

  /// Bytes that rounding wastes at most; half of it where sizes are spread
  /// evenly. What was asked for is not recorded.
  [[nodiscard]] std::size_t rounding_most() const noexcept;
};

/// What pools of one kind and name hold of the system's memory.
struct PoolStats {
  PoolKind kind = PoolKind::none;
  char name[55] = {};      ///< "" for all that have none
  std::size_t pieces = 0;  ///< chunks and runs of granules; 0: not known
  std::size_t held = 0;    ///< bytes
};

/// Pools or blocks that may be leaked, in the modes of checking: those of one
/// place in the program that are older than a minute and, together, than can be
/// by chance after the longest life that ended there, or one pool that only
/// grows. Blocks are those of heaps and the objects of object pools.
struct SuspectStats {
  static constexpr unsigned most_calls = 8;

  PoolKind kind = PoolKind::none;  ///< of blocks, of the pool they are of
  char name[55] = {};              ///< of the oldest; "": it has none
  bool only_grows = false;         ///< one pool, suspect by its size
  std::uintptr_t site = 0;      ///< behind the call that makes them; 0: unknown
  std::uint32_t pools = 0;      ///< that are too old; 0: blocks are
  std::uint32_t blocks = 0;     ///< that are too old; 0: pools are
  bool are_drawn = false;       ///< `sampled` knows no other blocks than these
  std::uint32_t completed = 0;  ///< that ended, of the same site
  std::uint32_t longest = 0;    ///< the longest life of those, in milliseconds
  std::uint32_t oldest = 0;     ///< the age of the oldest, in milliseconds
  std::size_t bytes = 0;        ///< that they hold, as far as is known
  /// Behind the calls that led to the one that makes them, which is the first.
  std::uintptr_t calls[most_calls] = {};
  unsigned call_count = 0;
};

/// What `sampled` drew of one kind.
struct DrawStats {
  std::uint64_t samples = 0;  ///< that were guarded
  std::uint64_t came = 0;     ///< that they were drawn from

  /// How likely a bug is found that so many of the kind have, in millionths, if
  /// each is as likely to be drawn as any other.
  [[nodiscard]] std::uint64_t odds(std::uint64_t hits) const noexcept;
};

/// What mode `sampled` did since its first draw, and what it may find. All zero
/// where nothing was drawn yet.
struct SamplingStats {
  /// Blocks, objects and lives of regions that were guarded.
  std::uint64_t samples = 0;
  std::uint64_t declined = 0;  ///< drawn, but there was no room
  std::uint64_t came = 0;      ///< blocks and lives of which some were drawn
  std::uint64_t spent = 0;     ///< by the sampler, in nanoseconds
  std::uint64_t elapsed = 0;   ///< in nanoseconds
  std::uint32_t budget = 0;    ///< of the time, in millionths
  std::uint32_t guarded = 0;   ///< blocks now
  std::uint64_t objects = 0;   ///< of the samples; nobody counts how many came

  // Each kind has clocks of its own, and so is drawn at a rate of its own.
  DrawStats blocks;        ///< of heaps, up to 32 KiB
  DrawStats large_blocks;  ///< of heaps, above that
  DrawStats regions;       ///< lives of them

  /// In hundredths.
  [[nodiscard]] std::uint64_t samples_a_second() const noexcept;
  /// Of the time, in millionths.
  [[nodiscard]] std::uint64_t share() const noexcept;
};

struct Snapshot {
  static constexpr unsigned most_pools = 64;
  static constexpr unsigned most_suspects = 16;

  std::uint64_t taken = 0;  ///< nanoseconds of a clock that never goes back
  SpaceStats space{};
  HeapStats heap;               ///< all heaps together
  std::size_t bookkeeping = 0;  ///< bytes of tarn's own, beside the tables
  PoolStats pools[most_pools];  ///< those met first, the largest first
  unsigned pool_count = 0;
  PoolStats other_pools;                 ///< the sum of those that had no room
  SuspectStats suspects[most_suspects];  ///< of blocks last, most bytes first
  unsigned suspect_count = 0;
  SamplingStats sampling;
};

[[nodiscard]] Snapshot snapshot() noexcept;

/// The figures of one heap; those in bins of a compact heap are always 0.
[[nodiscard]] HeapStats heap_stats(const Heap& heap) noexcept;

enum class Trend : std::uint8_t {
  steady,        ///< neither grew by more than a MiB and a sixteenth
  leak,          ///< what is in use grew, and more than what is free
  fragmentation  ///< what is held but free grew
};

/// What has changed from one snapshot to a later one.
struct Judgement {
  Trend trend = Trend::steady;
  std::int64_t live = 0;   ///< bytes in use in heaps, or held by other pools
  std::int64_t free = 0;   ///< bytes of the heaps' free blocks, used before
  std::size_t place = 0;   ///< in HeapStats::of, of the class that grew most
  std::int64_t of_it = 0;  ///< bytes of the growth that are its
  bool is_large = false;   ///< it is large blocks that grew most, no class
  const PoolStats* pool = nullptr;  ///< or this pool of the later snapshot
};

[[nodiscard]] Judgement judge(const Snapshot& before,
                              const Snapshot& now) noexcept;

/// The same as a sentence, with a zero at its end, cut off where the buffer
/// ends. Returns the length of all of it without the zero.
std::size_t write_judgement(const Snapshot& before, const Snapshot& now,
                            char* buffer, std::size_t size) noexcept;

enum class StatsForm : std::uint8_t {
  text,        ///< tables for people, and a sentence at the end
  json,        ///< one object, "schema": "tarn.stats/1"
  openmetrics  ///< for Prometheus and its like, to the line `# EOF`
};

/// Takes the next piece of text, which ends with no zero. Must not throw.
using TextSink = void (*)(void* context, const char* text, std::size_t size);

/// Writes a snapshot. With an earlier one, which may be null, text and JSON end
/// with what has changed since.
void write_stats(const Snapshot& now, const Snapshot* before, StatsForm form,
                 TextSink sink, void* context) noexcept;

/// The same into a buffer, with a zero at its end, cut off where it ends.
/// Returns the length of the whole text without the zero.
std::size_t write_stats(const Snapshot& now, const Snapshot* before,
                        StatsForm form, char* buffer,
                        std::size_t size) noexcept;

}  // namespace v1
}  // namespace tarn
