// reservation.hpp - one contiguous piece of address space, in granules.
//
//     [stretch 0 | stretch 1 | ... opened so far | not yet opened ...]
//      ^ free word, dirty word                     (no access, no metadata)
//
// A stretch's free word is claimed by compare-and-swap from a hint on, granules
// with pages before bare ones, and then lowest address first, though within a
// stretch in the thread's part of it if that has room; runs of more than a
// stretch take the shortest that fits, searched under one lock. All that
// describes the granules lies outside them, in arrays for the whole reservation
// that are zero pages until touched, and again when a stretch has long been
// empty.
//
// The hint never passes a free granule: its word also counts releases, and is
// raised only if there was none since it was read. Purging owns granules for a
// moment: a claim that finds nothing waits for its end before it refuses.
//
// Cost     a claim looks at a word a stretch from the hint on.
// Threads  shared.
// Failure  null: no run of that length is free, or the system refused.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/annotations.hpp"
#include "base/spin_lock.hpp"
#include "span/granule.hpp"

#include <atomic>

namespace tarn::span {

/// How a half of a stretch stands with huge pages.
enum class Huge : std::uint8_t { no, crowded, yes };

struct alignas(64) Stretch {
  static constexpr unsigned halves = 2;

  // Bit i: granule i is free; whoever clears the bit owns the granule. A
  // claim's acquire pairs with the release that set the bit.
  std::atomic<std::uint64_t> free{0};
  // Bit i: granule i may have pages behind it. Set by whoever releases the
  // granule before it is free, cleared by whoever purges while it owns it.
  std::atomic<std::uint64_t> dirty{0};
  // Granules both free and dirty: the fewest since the last window ended, or
  // more where a claim and the end of a window met. Written by claims and by
  // whoever maintains; orders nothing.
  std::atomic<std::uint32_t> least_idle{0};
  // Only whoever maintains writes these; they order nothing. In milliseconds
  // of the coarse clock, and least_idle of the last windows, newest first.
  std::atomic<std::uint32_t> last_window{0};
  static constexpr unsigned windows = 8;
  std::atomic<std::uint8_t> idle_in[windows] = {};
  // Only whoever maintains (one at a time) writes these; it orders nothing.
  std::atomic<std::uint32_t> crowded_since[halves] = {};
  std::atomic<Huge> huge[halves] = {};
  // Some page of its metadata may be there. Set by whoever describes a granule,
  // cleared by whoever maintains, while it owns all of them.
  std::atomic<bool> has_metadata{false};
};
static_assert(sizeof(Stretch) == 64, "a line each, so that claims do not meet");

/// A granule that is cut into chunks smaller than itself. Guarded by the shelf
/// of its step; describe() looks at `free` at any time.
struct CutGranule {
  std::atomic<std::uint16_t> free;  // bit i: chunk i is in no pool or cache
  std::uint16_t dirty;              // and may have pages behind it
  std::uint16_t stamp;              // the shelf's round when last changed
  std::uint8_t is_listed : 1;
  std::uint8_t list : 1;  // which of the shelf's two, when listed
  std::uint8_t way;       // of the threads that cut from it
  std::uint32_t newer;    // neighbours in the list of those with a free chunk
  std::uint32_t older;
};
static_assert(sizeof(CutGranule) == 16);

/// What a room above keeps of a granule that it claimed, outside of it. Whoever
/// claims the granule starts it; nobody reads that of another use.
struct alignas(64) Note {
  std::byte bytes[128];
};

class Reservation {
 public:
  /// Reserves the largest of the ladder's sizes that has at least `least` and
  /// at most `most` bytes and that the system grants.
  [[nodiscard]] bool start(std::size_t least, std::size_t most) noexcept;

  [[nodiscard]] std::byte* begin() const noexcept { return begin_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool contains(const void* p) const noexcept {
    return detail::address_of(p) - detail::address_of(begin_) < size_;
  }
  [[nodiscard]] std::size_t metadata_size() const noexcept {
    return metadata_size_;
  }
  [[nodiscard]] bool is_metadata(const void* p) const noexcept {
    return detail::address_of(p) - detail::address_of(metadata_) <
           metadata_size_;
  }

  /// `granules` in a row: such as have pages if there are some not far off, and
  /// of them, or else of all, the lowest; of a stretch first what is set apart
  /// for threads of this number. The caller describes them.
  [[nodiscard]] std::byte* claim(std::size_t granules,
                                 unsigned thread = 0) noexcept;

  /// Gives granules back; the page map must call them free already.
  void release(std::byte* memory, std::size_t granules) noexcept;

  /// Gives pages of idle granules back to the system in `count` stretches
  /// from `first` on. Of those that nobody needed in a window of `half_life` ms
  /// half go, of those that nobody needed in three all but `*reserve`, which it
  /// lessens, and of those that nobody needed in eight all; at once when
  /// `half_life` is 0. Returns bytes purged.
  std::size_t purge(std::size_t first, std::size_t count, std::uint32_t now,
                    std::uint32_t half_life,
                    std::size_t* reserve = nullptr) noexcept;

  /// Gives back the metadata of stretches that are free and without pages, of
  /// `count` from `first` on, both multiples of metadata_window(): the page map
  /// says the same of them without it.
  void purge_metadata(std::size_t first, std::size_t count) noexcept;

  /// Stretches whose metadata begin and end with a page in every array.
  [[nodiscard]] static std::size_t metadata_window() noexcept;

  /// Asks for huge pages where a half is crowded for long, in one stretch.
  void look_for_huge(std::size_t index, std::uint32_t now, bool collapse,
                     std::uint32_t patience) noexcept;

  /// Whether `memory` lies where huge pages were asked for.
  [[nodiscard]] bool is_huge(const std::byte* memory) const noexcept;

  /// Gives pages inside of granules of the caller's back to the system. A huge
  /// page there is broken up for it, and none is made while they are away.
  void give_back_pages(std::byte* memory, std::size_t size) noexcept;

  /// Claims these granules, if all are free. The caller describes them.
  [[nodiscard]] bool extend(std::size_t index, std::size_t granules) noexcept;

  /// Makes granules that the caller has just claimed read as zero; those that
  /// have no pages are not touched.
  void clear(std::size_t index, std::size_t granules) noexcept;

  // The page map and the rest, by the granule's index.
  [[nodiscard]] std::size_t index_of(const void* p) const noexcept {
    return detail::bytes_between(begin_, p) / granule_size;
  }
  [[nodiscard]] std::byte* granule(std::size_t index) const noexcept {
    return begin_ + index * granule_size;
  }
  [[nodiscard]] std::size_t granules() const noexcept {
    return size_ / granule_size;
  }
  [[nodiscard]] Descriptor descriptor(std::size_t index) const noexcept {
    return Descriptor{descriptors_[index].load(std::memory_order_relaxed)};
  }
  void describe(std::size_t index, std::size_t granules, Use use,
                unsigned extra, unsigned owner) noexcept;
  void describe_free(std::size_t index, std::size_t granules) noexcept;
  [[nodiscard]] const std::atomic<std::uint32_t>* descriptors() const noexcept {
    return descriptors_;
  }
  [[nodiscard]] Note& note(std::size_t index) const noexcept {
    return notes_[index];
  }
  [[nodiscard]] CutGranule& cut(std::size_t index) noexcept {
    return cuts_[index];
  }
  [[nodiscard]] const CutGranule& cut(std::size_t index) const noexcept {
    return cuts_[index];
  }
  /// An id for each 4 KiB. Those of a run of granules: the first is the
  /// pool's, the second the number of granules.
  [[nodiscard]] std::atomic<std::uint32_t>* ids() const noexcept {
    return ids_;
  }

  [[nodiscard]] std::size_t opened() const noexcept {
    return opened_.load(std::memory_order_acquire);
  }
  [[nodiscard]] const Stretch& stretch(std::size_t index) const noexcept {
    return stretches_[index];
  }

  base::SpinLock& lock() noexcept TARN_ANNOTATE(lock_returned(lock_)) {
    return lock_;
  }

 private:
  static constexpr unsigned most_together = 16;
  struct Claims {
    std::uint64_t bits[most_together];
  };

  bool try_start(std::size_t size) noexcept;
  void lay_out(std::size_t size, std::byte* metadata) noexcept;
  std::byte* claim_short(unsigned granules, unsigned thread) noexcept;
  std::byte* claim_warm(unsigned granules, unsigned thread) noexcept;
  std::byte* claim_lowest(unsigned granules, unsigned thread) noexcept;
  std::byte* claim_in(std::size_t index, unsigned granules, unsigned thread,
                      std::uint64_t among) noexcept;
  std::byte* claim_long(std::size_t granules) noexcept;
  [[nodiscard]] std::size_t find_long(std::size_t granules) const noexcept;
  bool claim_at(std::size_t index, std::size_t granules) noexcept;
  bool open(std::size_t index) noexcept TARN_REQUIRES(lock_);
  bool make_writable(std::size_t first) noexcept TARN_REQUIRES(lock_);
  void lower_hint(std::size_t index) noexcept;
  void raise_hint(std::uint64_t seen, std::size_t index) noexcept;
  static void note_claim(Stretch& stretch, std::uint64_t free) noexcept;
  static bool end_window(Stretch& stretch, std::uint32_t now,
                         std::uint32_t length) noexcept;
  static int unneeded(const Stretch& stretch, std::size_t* reserve) noexcept;
  std::uint64_t claim_highest_idle(std::size_t index, int count) noexcept;
  std::uint64_t claim_idle(std::size_t index, std::uint32_t now,
                           std::uint32_t half_life,
                           std::size_t* reserve) noexcept;
  void break_huge(std::size_t index, unsigned half) noexcept;
  std::uint64_t without_part_of_huge(std::size_t index,
                                     std::uint64_t bits) noexcept;
  std::size_t purge_claimed(std::size_t first, std::size_t count,
                            const Claims& claims) noexcept;
  std::size_t purge_range(std::size_t begin, std::size_t end) noexcept;
  [[nodiscard]] bool has_idle(std::size_t first,
                              std::size_t count) const noexcept;
  [[nodiscard]] std::size_t end_of_bare(std::size_t first, std::size_t end,
                                        bool* has_metadata) const noexcept;
  void purge_metadata_of(std::size_t first, std::size_t end) noexcept;
  void start_purge() noexcept;
  void end_purge() noexcept;
  bool wait_for_purge(std::uint32_t seen) const noexcept;

  std::byte* begin_ = nullptr;
  std::size_t size_ = 0;
  std::byte* metadata_ = nullptr;
  std::size_t metadata_size_ = 0;
  Stretch* stretches_ = nullptr;
  // Written by the owner of the granule, read by anyone at any time: relaxed,
  // because who uses the granule learnt of it in another way.
  std::atomic<std::uint32_t>* descriptors_ = nullptr;
  CutGranule* cuts_ = nullptr;
  Note* notes_ = nullptr;
  // Written by whoever lends the chunk, read by describe(); orders nothing.
  std::atomic<std::uint32_t>* ids_ = nullptr;
  // Stretches below this are committed and have valid words. Written under the
  // lock; the release pairs with the acquire of opened().
  std::atomic<std::size_t> opened_{0};
  // The lowest stretch that may have a free granule, and above it a count of
  // releases; any thread.
  std::atomic<std::uint64_t> hint_{0};
  // Odd while a purge owns granules that nobody uses. Written by whoever
  // maintains: the release of the end pairs with the acquire of a claim that
  // waits for it; the start is published by the claims that follow.
  std::atomic<std::uint32_t> purges_{0};
  // The tables may be written up to this stretch: not at once, since what may
  // be written counts as data (RLIMIT_DATA) whether or not it is touched.
  std::size_t writable_ TARN_GUARDED_BY(lock_) = 0;
  base::SpinLock lock_;  // opening, and runs of more than a stretch
};

}  // namespace tarn::span
