// shelf.hpp - the central store: for each size of chunk, those nobody has.
//
// Chunks wait in batches, linked through their own first bytes, and move
// between the store and a thread's cache a batch at a time in O(1). What no
// batch holds is cut from granules: a cut granule keeps a bit for each chunk,
// outside the memory; when all its bits are set it goes back to the space.
// Threads cut from granules of their own, a few of them, and get back the
// batches that they cut, so that what each has lies side by side: at every end
// of it a processor that reads ahead takes lines from another one. Batches that
// a whole round did not need are dissolved into such bits.
//
// Cost     one lock for a batch.
// Threads  shared.
// Failure  null; nothing has changed.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/annotations.hpp"
#include "base/spin_lock.hpp"
#include "span/space.hpp"

namespace tarn::span {

/// What stands in a chunk that no pool has.
struct FreeChunk {
  FreeChunk* next;
  // The cache that holds the chunk or held it last, or the shelf: an address
  // that no program ever sees, so that describe() can tell free chunks.
  const void* holder;
  // The rest only in the first chunk of a batch.
  FreeChunk* next_batch;
  std::size_t count;
};

/// Chunks that go from cache to store together: 256 KiB of them, and of the
/// larger ones four, so that not every one takes the lock.
[[nodiscard]] constexpr std::uint32_t batch_of(unsigned step) noexcept {
  const std::size_t chunks = 256 * KiB / chunk_size(step);
  return chunks < 4 ? 4 : static_cast<std::uint32_t>(chunks);
}

class Shelf {
 public:
  /// Chunks of one size, linked; at most a batch. `thread` is the caller's
  /// number. Null: the system refused.
  [[nodiscard]] FreeChunk* lend(unsigned step, unsigned thread,
                                std::size_t* count) noexcept;

  /// Takes `count` linked chunks, or null for none; `count` may be 0 for "count
  /// them".
  void take_back(FreeChunk* chunks, std::size_t count) noexcept;

  /// Ends a round: what was on the shelf all the time is no longer needed.
  void end_round() noexcept;

  /// Dissolves one batch that is not needed. False: there is none.
  bool dissolve_one(unsigned step) noexcept;

  /// Gives back to the system the pages of free chunks in one cut granule that
  /// has not changed for `rounds`. Returns bytes, 0 when there is nothing.
  std::size_t purge_one(unsigned step, unsigned rounds) noexcept;

  /// Bytes on the shelf: in batches, and in cut granules with their pages.
  [[nodiscard]] std::size_t bytes(unsigned step) const noexcept;
  /// Of those, in batches.
  [[nodiscard]] std::size_t bytes_in_batches(unsigned step) const noexcept;

  base::SpinLock& lock() noexcept TARN_ANNOTATE(lock_returned(lock_)) {
    return lock_;
  }

 private:
  // Threads beyond so many share granules.
  static constexpr unsigned ways = 16;

  FreeChunk* pop_batch(unsigned way) noexcept TARN_REQUIRES(lock_);
  Space::Number find_cut(unsigned way) const noexcept TARN_REQUIRES(lock_);
  Space::Number find_any() const noexcept TARN_REQUIRES(lock_);
  FreeChunk* cut_from(Space::Number number, unsigned step,
                      unsigned way) noexcept TARN_REQUIRES(lock_);
  void start_cut(std::byte* granule, unsigned step) noexcept
      TARN_REQUIRES(lock_);
  void put_into_granule(std::byte* chunk, unsigned step) noexcept
      TARN_REQUIRES(lock_);
  void add_chunks(Space::Number number, unsigned chunks, unsigned step,
                  bool is_dirty) noexcept TARN_REQUIRES(lock_);
  void link(Space::Number number, bool is_dirty) noexcept TARN_REQUIRES(lock_);
  void unlink(Space::Number number) noexcept TARN_REQUIRES(lock_);

  /// Cut granules that have a free chunk, the last changed first.
  struct List {
    Space::Number newest = 0;
    Space::Number oldest = 0;
  };

  mutable base::SpinLock lock_;
  // By the way of what begins the batch.
  FreeChunk* batches_[ways] TARN_GUARDED_BY(lock_) = {};
  std::size_t batch_count_ TARN_GUARDED_BY(lock_) = 0;
  std::size_t least_batches_ TARN_GUARDED_BY(lock_) = 0;  // in this round
  std::size_t excess_ TARN_GUARDED_BY(lock_) = 0;         // batches to dissolve
  // [1]: some free chunk may have pages; [0]: none has. A granule in use as a
  // whole is in neither.
  List lists_[2] TARN_GUARDED_BY(lock_) = {};
  // What the threads of each way cut from, as long as it is listed.
  Space::Number current_[ways] TARN_GUARDED_BY(lock_) = {};
  std::uint16_t round_ TARN_GUARDED_BY(lock_) = 0;
  // Written under the lock, read by statistics; orders nothing.
  std::atomic<std::size_t> waiting_{0};  // chunks in batches
  std::atomic<std::size_t> free_in_granules_{0};
};

/// One for each step.
extern constinit Shelf shelves[steps];

}  // namespace tarn::span
