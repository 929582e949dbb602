// What concerns the caches of all threads: making and adopting them, emptying
// those of idle threads, thread exit and fork.
#include "span/caches.hpp"

#include "base/memory_orders.hpp"
#include "os/memory.hpp"
#include "os/process.hpp"
#include "span/maintenance.hpp"
#include "thread/table.hpp"

#include <new>

namespace tarn::span {
namespace {

using base::relaxed;

// Without a barrier nobody can empty a cache, so it holds at most 40 KiB.
constexpr std::uint32_t small_batches[steps] = {2, 2, 1, 0, 0, 0, 0};

struct Caches {
  base::SpinLock lock;
  bool is_started TARN_GUARDED_BY(lock) = false;
  bool are_small TARN_GUARDED_BY(lock) = false;
  bool can_end TARN_GUARDED_BY(lock) = false;
  std::byte* page TARN_GUARDED_BY(lock) = nullptr;  // room for further caches
  std::size_t page_left TARN_GUARDED_BY(lock) = 0;
  // Pushed under the lock, read without: the release pairs with the acquire of
  // every walk over the list. Caches are never removed.
  std::atomic<ChunkCache*> all{nullptr};
};
constinit Caches caches;

}  // namespace

void empty_bin(ChunkCache& cache, unsigned step, Leaving& leaving) noexcept {
  Bin& bin = cache.bin(step);
  if (bin.head == nullptr)
    return;
  leaving.add(step, bin.head, bin.count());
  bin = {nullptr, bin.limit, bin.limit};
}

FreeChunk* pop_batch(Reserve& reserve) noexcept {
  FreeChunk* const batch = reserve.batches;
  reserve.batches = batch->next_batch;
  --reserve.count;
  reserve.least = base::smaller(reserve.least, reserve.count);
  return batch;
}

namespace {

void give_up_own_cache() noexcept;
void start(Caches& all) noexcept TARN_REQUIRES(all.lock);
void prepare(ChunkCache& cache, bool is_small) noexcept TARN_UNCHECKED_LOCKS;

void start(Caches& all) noexcept {
  if (all.is_started)
    return;
  all.is_started = true;
  all.are_small = !os::prepare_barrier();
  all.can_end = thread::at_exit(give_up_own_cache);
  watch_forks();
}

void prepare(ChunkCache& cache, bool is_small) noexcept {
  for (unsigned step = 0; step < steps; ++step) {
    const std::uint32_t limit = is_small ? small_batches[step] : batch_of(step);
    cache.bin(step) = {nullptr, limit, limit};
    cache.reserves[step] = {};
    cache.reserves[step].quota = is_small ? 0 : least_quota;
  }
  cache.lane.busy.store(0, relaxed);
  cache.lane.ticks.store(2, relaxed);
  cache.lane.own = &cache;
  cache.lane.hand_size.store(Lane::is_empty, relaxed);
  cache.lane.cache.store(&cache, relaxed);
  cache.is_small = is_small;
  cache.period = 1;
  cache.last_look = cache.last_round = cache.quiet_since = now_ms();
}

ChunkCache* find_unused() noexcept TARN_REQUIRES(caches.lock) {
  for (ChunkCache* cache = caches.all.load(std::memory_order_acquire);
       cache != nullptr; cache = cache->next) {
    // Its thread may be ending now, and says so under this lock.
    const base::Locked locked{cache->lock};
    if (!cache->has_thread)
      return cache;
  }
  return nullptr;
}

ChunkCache* make_cache() noexcept TARN_REQUIRES(caches.lock) {
  constexpr std::size_t size = detail::round_up(sizeof(ChunkCache), 64);
  constexpr std::size_t page = 64 * KiB;
  if (caches.page_left < size) {
    std::byte* const memory = os::reserve_zeroed(page);
    if (memory == nullptr)
      return nullptr;
    caches.page = memory;
    caches.page_left = page;
  }
  auto* const cache = ::new (caches.page) ChunkCache{};
  caches.page += size;
  caches.page_left -= size;
  cache->next = caches.all.load(relaxed);
  caches.all.store(cache, std::memory_order_release);
  return cache;
}

void empty(ChunkCache& cache, Leaving& leaving) noexcept
    TARN_REQUIRES(cache.lock) {
  for (unsigned step = 0; step < steps; ++step) {
    empty_bin(cache, step, leaving);
    while (cache.reserves[step].count != 0) {
      FreeChunk* const batch = pop_batch(cache.reserves[step]);
      leaving.add(step, batch, batch->count);
    }
  }
}

// What is at the hand of the cache's thread, which has ended or is not in this
// process, leaves too.
void empty_hand(Lane& lane, Leaving& leaving) noexcept {
  const std::size_t size = lane.hand_size.load(relaxed);
  lane.hand_size.store(Lane::is_closed, relaxed);
  if (size == Lane::is_empty || size == Lane::is_closed)
    return;
  lane.hand->next = nullptr;
  leaving.add(step_of(size), lane.hand, 1);
}

void give_up_own_cache() noexcept {
  ChunkCache* const cache = own_lane->own;
  is_without_cache = true;
  if (cache == nullptr)
    return;
  own_lane = &no_lane;
  Leaving leaving;
  {
    const base::Locked locked{cache->lock};
    empty(*cache, leaving);
    empty_hand(cache->lane, leaving);
    cache->has_thread = false;
  }
  leaving.send();
}

// Leaves up to idle_bytes: what is at hand, and the smallest chunks.
void trim(ChunkCache& cache, Leaving& leaving) noexcept
    TARN_REQUIRES(cache.lock) {
  std::size_t left = idle_bytes - cache.lane.bytes_at_hand();
  for (unsigned step = 0; step < steps; ++step) {
    while (cache.reserves[step].count != 0) {
      FreeChunk* const batch = pop_batch(cache.reserves[step]);
      leaving.add(step, batch, batch->count);
    }
    const std::size_t bytes = cache.bin(step).count() * chunk_size(step);
    if (bytes <= left)
      left -= bytes;
    else
      empty_bin(cache, step, leaving);
  }
}

// Whether nothing happened in the cache for `quiet` ms.
bool is_quiet(ChunkCache& cache, std::uint32_t now,
              std::uint32_t quiet) noexcept TARN_REQUIRES(cache.lock) {
  const std::uint32_t ticks = cache.lane.ticks.load(relaxed);
  const std::uint32_t calls = cache.slow_calls.load(relaxed);
  if (ticks == cache.seen_ticks && calls == cache.seen_calls)
    return !cache.is_trimmed && now - cache.quiet_since >= quiet;
  cache.seen_ticks = ticks;
  cache.seen_calls = calls;
  cache.quiet_since = now;
  cache.is_trimmed = false;
  return false;
}

// The hand-shake at the top of cache.hpp.
bool empty_if_idle(ChunkCache& cache, std::uint32_t now,
                   std::uint32_t quiet) noexcept {
  Leaving leaving;
  if (!cache.lock.try_lock())
    return false;
  Lane& lane = cache.lane;
  if (cache.has_thread && &lane != own_lane && is_quiet(cache, now, quiet)) {
    lane.cache.store(const_cast<ChunkCache*>(&no_cache), relaxed);
    if (os::barrier_all_threads() &&
        lane.busy.load(std::memory_order_acquire) == 0) {
      trim(cache, leaving);
      cache.is_trimmed = true;
    }
    lane.cache.store(&cache, std::memory_order_release);
  }
  cache.lock.unlock();
  return leaving.send();
}

}  // namespace

// A cache stays in the list; only under the list's lock does it get a thread.
ChunkCache* adopt_or_make() noexcept {
  const base::Locked locked{caches.lock};
  start(caches);
  if (!caches.can_end)
    return nullptr;
  ChunkCache* cache = find_unused();
  if (cache == nullptr)
    cache = make_cache();
  if (cache == nullptr)
    return nullptr;
  const base::Locked cache_locked{cache->lock};
  prepare(*cache, caches.are_small);
  cache->has_thread = true;
  return cache;
}

bool empty_idle_caches(std::uint32_t now, std::uint32_t quiet) noexcept {
  bool is_any = false;
  for (ChunkCache* cache = caches.all.load(std::memory_order_acquire);
       cache != nullptr; cache = cache->next)
    is_any |= empty_if_idle(*cache, now, quiet);
  return is_any;
}

bool is_holder(const void* p) noexcept {
  if (p == &shelves)
    return true;
  const ChunkCache* cache = caches.all.load(std::memory_order_acquire);
  while (cache != nullptr && cache != p)
    cache = cache->next;
  return cache != nullptr;
}

std::size_t cached_bytes() noexcept {
  std::size_t bytes = 0;
  for (ChunkCache* cache = caches.all.load(std::memory_order_acquire);
       cache != nullptr; cache = cache->next) {
    const base::Locked locked{cache->lock};
    if (cache->has_thread)
      bytes += cache->lane.bytes_at_hand();
    for (unsigned step = 0; step < steps; ++step) {
      const Reserve& reserve = cache->reserves[step];
      for (const FreeChunk* batch = reserve.batches; batch != nullptr;
           batch = batch->next_batch)
        bytes += batch->count * chunk_size(step);
      bytes += reserve.seen.count() * chunk_size(step);
    }
  }
  return bytes;
}

void lock_caches_for_fork() noexcept TARN_UNCHECKED_LOCKS {
  caches.lock.lock();
  for (ChunkCache* cache = caches.all.load(std::memory_order_acquire);
       cache != nullptr; cache = cache->next)
    cache->lock.lock();
}

void unlock_caches_after_fork() noexcept TARN_UNCHECKED_LOCKS {
  for (ChunkCache* cache = caches.all.load(std::memory_order_acquire);
       cache != nullptr; cache = cache->next)
    cache->lock.unlock();
  caches.lock.unlock();
}

// Where a thread was in its fast lane at the fork, its bin is whole all the
// same: a chunk leaves or enters by the one store to its head. Only the count
// may be off by one, so the shelf counts anew.
void adopt_caches_in_child() noexcept {
  for (ChunkCache* cache = caches.all.load(std::memory_order_acquire);
       cache != nullptr; cache = cache->next) {
    Leaving leaving;
    {
      const base::Locked locked{cache->lock};
      if (!cache->has_thread || &cache->lane == own_lane)
        continue;
      empty(*cache, leaving);
      empty_hand(cache->lane, leaving);
      cache->has_thread = false;
    }
    leaving.send_uncounted();
  }
}

}  // namespace tarn::span
