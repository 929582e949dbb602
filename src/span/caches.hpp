// caches.hpp - all the caches of this process, and how chunks leave one.
//
// Caches are made once and never removed; one whose thread has ended waits for
// another. Lock order: the list, then a cache, then a shelf.
//
// Threads  shared, but what takes a ChunkCache& needs its lock.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/order.hpp"
#include "span/cache.hpp"

namespace tarn::span {

/// What an idle thread may keep, at hand and in its cache.
inline constexpr std::size_t idle_bytes = 64 * KiB;
static_assert(most_at_hand <= idle_bytes);

/// What a reserve may hold at least: with the bin, 1 MiB.
inline constexpr std::uint32_t least_quota = 3;

/// Batches on their way from a cache to the shelves.
class Leaving {
 public:
  void add(unsigned step, FreeChunk* batch, std::size_t count) noexcept {
    batch->count = count;
    batch->next_batch = batches_[step];
    batches_[step] = batch;
  }
  /// Not while the cache's lock is held.
  bool send() noexcept {
    bool is_any = false;
    for (unsigned step = 0; step < steps; ++step)
      while (FreeChunk* const batch = batches_[step]) {
        batches_[step] = batch->next_batch;
        shelves[step].take_back(batch, are_counted_ ? batch->count : 0);
        is_any = true;
      }
    return is_any;
  }
  void send_uncounted() noexcept {
    are_counted_ = false;
    send();
  }

 private:
  bool are_counted_ = true;
  FreeChunk* batches_[steps] = {};
};

void empty_bin(ChunkCache& cache, unsigned step, Leaving& leaving) noexcept
    TARN_REQUIRES(cache.lock);

/// Needs one.
[[nodiscard]] FreeChunk* pop_batch(Reserve& reserve) noexcept;

/// A cache for this thread, empty. Null: there is no memory, or no way to get
/// it back at the thread's end.
[[nodiscard]] ChunkCache* adopt_or_make() noexcept;

}  // namespace tarn::span
