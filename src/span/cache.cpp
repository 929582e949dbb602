#include "span/cache.hpp"

#include "base/order.hpp"
#include "os/memory.hpp"
#include "os/process.hpp"
#include "port/world.hpp"
#include "span/maintenance.hpp"
#include "thread/table.hpp"

#include <new>

namespace tarn::span {

constinit const ChunkCache no_cache = {};

constinit thread_local Lane own_lane{const_cast<ChunkCache*>(&no_cache), 0};

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

// A round: short against the two seconds in which memory should be back, long
// against a request.
constexpr std::uint32_t round_ms = 100;

// Ticks between looks at the clock lie between 1 and this, where looks should
// be some milliseconds apart. A longer period would spare a busy thread less
// than an instruction a lend, and have a thread that was busy notice late that
// it no longer is.
constexpr std::uint32_t longest_period = 64;
constexpr std::uint32_t shortest_look_ms = 2;
constexpr std::uint32_t longest_look_ms = 16;

// Reserve and bin together are 1 MiB at least.
constexpr std::uint32_t least_quota = 3;
// A gigabyte: beyond that a thread had better meet the shelf's lock.
constexpr std::uint32_t most_quota = 4096;

// The quota rises by a part in each round that swings more, and falls by as
// much after nine that swing less: it comes to rest where nine of ten rounds
// need no more, and a single burst moves it little.
constexpr std::uint32_t calm_rounds = 9;
constexpr std::uint32_t quota_part = 4;

// A bin that nobody touched for so many rounds is not needed.
constexpr std::uint32_t untouched_rounds = 10;

// What an idle thread may keep.
constexpr std::size_t idle_bytes = 64 * KiB;

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

// Lists that leave a cache, one for each step and reason.
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
  cache.is_small = is_small;
  cache.period = 1;
  cache.ticks.store(2, relaxed);
  cache.last_look = cache.last_round = cache.quiet_since = now_ms();
  cache.is_trimmed = false;
}

ChunkCache* find_unused() noexcept TARN_UNCHECKED_LOCKS {
  for (ChunkCache* cache = caches.all.load(std::memory_order_acquire);
       cache != nullptr; cache = cache->next)
    if (cache->lane == nullptr)
      return cache;
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

// A cache stays in the list; only under the list's lock does it get a thread.
ChunkCache* adopt_or_make(Lane& lane) noexcept {
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
  cache->lane = &lane;
  return cache;
}

ChunkCache* own_cache() noexcept {
  Lane& lane = own_lane;
  if (lane.own != nullptr) [[likely]]
    return lane.own;
  if (lane.has_ended)
    return nullptr;
  ChunkCache* const cache = adopt_or_make(lane);
  // The thread has its number from now on, and with it its exit hook.
  static_cast<void>(port::thread_index());
  if (cache == nullptr || !thread::watch()) {
    lane.has_ended = true;
    if (cache != nullptr) {
      const base::Locked locked{cache->lock};
      cache->lane = nullptr;
    }
    return nullptr;
  }
  lane.own = cache;
  lane.cache.store(cache, std::memory_order_release);
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

void give_up_own_cache() noexcept {
  Lane& lane = own_lane;
  ChunkCache* const cache = lane.own;
  lane.has_ended = true;
  if (cache == nullptr)
    return;
  Leaving leaving;
  {
    const base::Locked locked{cache->lock};
    lane.cache.store(const_cast<ChunkCache*>(&no_cache), relaxed);
    lane.own = nullptr;
    empty(*cache, leaving);
    cache->lane = nullptr;
  }
  leaving.send();
}

// One chunk without a cache.
FreeChunk* take_from_shelf(unsigned step) noexcept {
  std::size_t count = 0;
  FreeChunk* const chunk = shelves[step].lend(step, &count);
  if (chunk != nullptr && count > 1)
    shelves[step].take_back(chunk->next, count - 1);
  return chunk;
}

void note_balance(Reserve& reserve, int change) noexcept {
  reserve.balance += change;
  ++(change > 0 ? reserve.lent : reserve.returned);
  reserve.low = base::smaller(reserve.low, reserve.balance);
  reserve.high = base::larger(reserve.high, reserve.balance);
}

FreeChunk* take_from(ChunkCache& cache, unsigned step) noexcept
    TARN_REQUIRES(cache.lock) {
  Bin& bin = cache.bin(step);
  Reserve& reserve = cache.reserves[step];
  if (bin.head == nullptr && reserve.count != 0) {
    FreeChunk* const batch = pop_batch(reserve);
    note_balance(reserve, 1);
    bin.head = batch;
    bin.room = bin.limit - static_cast<std::uint32_t>(batch->count);
  }
  FreeChunk* const chunk = bin.head;
  if (chunk != nullptr) {
    bin.head = chunk->next;
    ++bin.room;
  }
  return chunk;
}

// The full bin becomes a batch in reserve; where that is full, an older one
// goes to the shelf.
void make_room(ChunkCache& cache, unsigned step, Leaving& leaving) noexcept
    TARN_REQUIRES(cache.lock) {
  Bin& bin = cache.bin(step);
  Reserve& reserve = cache.reserves[step];
  note_balance(reserve, -1);
  if (reserve.count >= reserve.quota) {
    FreeChunk* const batch = pop_batch(reserve);
    leaving.add(step, batch, batch->count);
  }
  FreeChunk* const batch = bin.head;
  batch->count = bin.count();
  batch->next_batch = reserve.batches;
  reserve.batches = batch;
  ++reserve.count;
  bin = {nullptr, bin.limit, bin.limit};
}

void follow_swing(Reserve& reserve) noexcept {
  // A thread that only lends or only takes back would gain nothing by keeping.
  const std::uint32_t swing =
      base::smaller(static_cast<std::uint32_t>(reserve.high - reserve.low),
                    base::smaller(reserve.lent, reserve.returned));
  const std::uint32_t quota = reserve.quota;
  const std::uint32_t change = quota / quota_part + 1;
  if (swing > quota) {
    reserve.quota = base::smaller(quota + change, most_quota);
    reserve.calm = 0;
  } else if (++reserve.calm >= calm_rounds) {
    reserve.quota = quota > least_quota + change ? quota - change : least_quota;
    reserve.calm = 0;
  }
  reserve.lent = reserve.returned = 0;
  reserve.balance = reserve.low = reserve.high = 0;
}

void end_round(ChunkCache& cache, Leaving& leaving) noexcept
    TARN_REQUIRES(cache.lock) {
  for (unsigned step = 0; step < steps; ++step) {
    Reserve& reserve = cache.reserves[step];
    if (reserve.quota != 0)
      follow_swing(reserve);
    std::uint32_t excess = reserve.least;
    if (reserve.count > reserve.quota)
      excess = base::larger(excess, reserve.count - reserve.quota);
    for (; excess != 0; --excess) {
      FreeChunk* const batch = pop_batch(reserve);
      leaving.add(step, batch, batch->count);
    }
    reserve.least = reserve.count;
    const Bin& bin = cache.bin(step);
    const bool is_same =
        bin.head == reserve.seen.head && bin.room == reserve.seen.room;
    reserve.untouched = is_same ? reserve.untouched + 1 : 0;
    if (reserve.untouched >= untouched_rounds &&
        bin.count() * chunk_size(step) > idle_bytes)
      empty_bin(cache, step, leaving);
    reserve.seen = bin;
  }
}

void set_next_look(ChunkCache& cache, std::uint32_t elapsed) noexcept {
  if (elapsed < shortest_look_ms)
    cache.period = base::smaller(cache.period * 2, longest_period);
  else if (elapsed > longest_look_ms)
    cache.period = 1;
  // One more, since the lend that finds 1 goes to the slow lane.
  cache.ticks.store(cache.period + 1, relaxed);
}

// Leaves up to idle_bytes, the smallest chunks.
void trim(ChunkCache& cache, Leaving& leaving) noexcept
    TARN_REQUIRES(cache.lock) {
  std::size_t left = idle_bytes;
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
  const std::uint32_t ticks = cache.ticks.load(relaxed);
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
  Lane* const lane = cache.lane;
  if (lane != nullptr && lane != &own_lane && is_quiet(cache, now, quiet)) {
    lane->cache.store(const_cast<ChunkCache*>(&no_cache), relaxed);
    if (os::barrier_all_threads() &&
        lane->busy.load(std::memory_order_acquire) == 0) {
      trim(cache, leaving);
      cache.is_trimmed = true;
    }
    lane->cache.store(&cache, std::memory_order_release);
  }
  cache.lock.unlock();
  return leaving.send();
}

}  // namespace

FreeChunk* take_chunk(unsigned step) noexcept {
  ChunkCache* const cache = own_cache();
  if (cache == nullptr)
    return take_from_shelf(step);
  cache->slow_calls.store(cache->slow_calls.load(relaxed) + 1, relaxed);
  {
    const base::Locked locked{cache->lock};
    if (FreeChunk* const chunk = take_from(*cache, step))
      return chunk;
  }
  if (cache->is_small)
    return take_from_shelf(step);
  std::size_t count = 0;
  FreeChunk* const chunk = shelves[step].lend(step, &count);
  if (chunk == nullptr)
    return nullptr;
  const base::Locked locked{cache->lock};
  note_balance(cache->reserves[step], 1);
  Bin& bin = cache->bin(step);
  bin.head = chunk->next;
  bin.room = bin.limit - static_cast<std::uint32_t>(count - 1);
  return chunk;
}

void put_chunk(unsigned step, FreeChunk* chunk) noexcept {
  chunk->next = nullptr;
  chunk->holder = &shelves;
  ChunkCache* const cache = own_cache();
  if (cache == nullptr) {
    shelves[step].take_back(chunk, 1);
    return;
  }
  cache->slow_calls.store(cache->slow_calls.load(relaxed) + 1, relaxed);
  Leaving leaving;
  {
    const base::Locked locked{cache->lock};
    Bin& bin = cache->bin(step);
    if (bin.room == 0 && !cache->is_small)
      make_room(*cache, step, leaving);
    if (bin.room == 0) {
      leaving.add(step, chunk, 1);
    } else {
      chunk->next = bin.head;
      bin.head = chunk;
      --bin.room;
    }
  }
  leaving.send();
}

void run_duties() noexcept {
  ChunkCache* const cache = own_lane.own;
  if (cache == nullptr)
    return;
  const std::uint32_t now = now_ms();
  const std::uint32_t elapsed = now - cache->last_look;
  cache->last_look = now;
  set_next_look(*cache, elapsed);
  if (now - cache->last_round >= round_ms) {
    cache->last_round = now;
    Leaving leaving;
    {
      const base::Locked locked{cache->lock};
      end_round(*cache, leaving);
    }
    leaving.send();
  }
  if (elapsed != 0)
    maintain_on_request_path(elapsed);
}

bool empty_idle_caches(std::uint32_t now, std::uint32_t quiet) noexcept {
  bool is_any = false;
  for (ChunkCache* cache = caches.all.load(std::memory_order_acquire);
       cache != nullptr; cache = cache->next)
    is_any |= empty_if_idle(*cache, now, quiet);
  return is_any;
}

std::size_t cached_bytes() noexcept {
  std::size_t bytes = 0;
  for (ChunkCache* cache = caches.all.load(std::memory_order_acquire);
       cache != nullptr; cache = cache->next) {
    const base::Locked locked{cache->lock};
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
      if (cache->lane == nullptr || cache->lane == &own_lane)
        continue;
      empty(*cache, leaving);
      cache->lane = nullptr;
    }
    leaving.send_uncounted();
  }
}

}  // namespace tarn::span
