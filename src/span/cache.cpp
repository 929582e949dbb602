// The owner's side of a cache: its slow lane, and its duties.
#include "span/cache.hpp"

#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "port/world.hpp"
#include "span/caches.hpp"
#include "span/maintenance.hpp"
#include "thread/table.hpp"

namespace tarn::span {

constinit const ChunkCache no_cache = {};

// On a line of its own: threads without a cache write that they are busy.
alignas(64) constinit Lane no_lane{const_cast<ChunkCache*>(&no_cache), 0};

constinit thread_local Lane* own_lane = &no_lane;
constinit thread_local bool is_without_cache = false;

namespace {

using base::relaxed;

// A round: short against the two seconds in which memory should be back, long
// against a request.
constexpr std::uint32_t cache_round_ms = 100;

// Ticks between looks at the clock lie between 1 and this, where looks should
// be some milliseconds apart. A longer period would spare a busy thread less
// than an instruction a lend, and have a thread that was busy notice late that
// it no longer is.
constexpr std::uint32_t longest_period = 64;
constexpr std::uint32_t shortest_look_ms = 2;
constexpr std::uint32_t longest_look_ms = 16;

// A gigabyte: beyond that a thread had better meet the shelf's lock.
constexpr std::uint32_t most_quota = 4096;

// The quota rises by a part in each round that swings more, and falls by as
// much after nine that swing less: it comes to rest where nine of ten rounds
// need no more, and a single burst moves it little.
constexpr std::uint32_t calm_rounds = 9;
constexpr std::uint32_t quota_part = 4;

// A bin that nobody touched for so many rounds is not needed.
constexpr std::uint32_t untouched_rounds = 10;

ChunkCache* own_cache() noexcept {
  if (own_lane->own != nullptr) [[likely]]
    return own_lane->own;
  if (is_without_cache)
    return nullptr;
  // The thread has its number from now on, and with it its exit hook.
  static_cast<void>(port::thread_index());
  ChunkCache* const cache = thread::watch() ? adopt_or_make() : nullptr;
  if (cache == nullptr)
    is_without_cache = true;
  else
    own_lane = &cache->lane;
  return cache;
}

// One chunk without a cache.
FreeChunk* take_from_shelf(unsigned step) noexcept {
  std::size_t count = 0;
  FreeChunk* const chunk =
      shelves[step].lend(step, port::thread_index(), &count);
  if (chunk != nullptr)
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

void push_batch(Reserve& reserve, FreeChunk* batch,
                std::uint32_t count) noexcept {
  batch->count = count;
  batch->next_batch = reserve.batches;
  reserve.batches = batch;
  ++reserve.count;
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
  push_batch(reserve, bin.head, bin.count());
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

// Cuts a list of chunks behind `kept` of them, and gives what follows.
FreeChunk* split(FreeChunk* chunks, std::uint32_t kept) noexcept {
  for (std::uint32_t i = 1; i < kept; ++i)
    chunks = chunks->next;
  FreeChunk* const rest = chunks->next;
  chunks->next = nullptr;
  return rest;
}

// A bin does not know how deep a round went into it, and learning that would
// cost the fast lane. So the deeper half of a bin, or of the one batch behind
// it, becomes a batch of its own: what a round needs of that comes back by one
// call, what none needs leaves with the reserve.
void part_deeper_half(Bin& bin, Reserve& reserve) noexcept {
  const bool is_bin = reserve.count == 0;
  if (reserve.count > 1 || reserve.count >= reserve.quota)
    return;
  const std::uint32_t count =
      is_bin ? bin.count() : static_cast<std::uint32_t>(reserve.batches->count);
  const std::uint32_t kept = (count + 1) / 2;
  if (kept == count)
    return;
  if (is_bin) {
    push_batch(reserve, split(bin.head, kept), count - kept);
    bin.room = bin.limit - kept;
    return;
  }
  FreeChunk* const batch = pop_batch(reserve);
  push_batch(reserve, split(batch, kept), count - kept);
  push_batch(reserve, batch, kept);
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
    Bin& bin = cache.bin(step);
    const bool is_same =
        bin.head == reserve.seen.head && bin.room == reserve.seen.room;
    reserve.untouched = is_same ? reserve.untouched + 1 : 0;
    if (reserve.untouched >= untouched_rounds &&
        bin.count() * chunk_size(step) > idle_bytes)
      empty_bin(cache, step, leaving);
    part_deeper_half(bin, reserve);
    reserve.least = reserve.count;
    reserve.seen = bin;
  }
}

void set_next_look(Lane& lane, ChunkCache& cache,
                   std::uint32_t elapsed) noexcept {
  if (elapsed < shortest_look_ms)
    cache.period = base::smaller(cache.period * 2, longest_period);
  else if (elapsed > longest_look_ms)
    cache.period = 1;
  // One more, since the lend that finds 1 goes to the slow lane.
  lane.ticks.store(cache.period + 1, relaxed);
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
  FreeChunk* const chunk =
      shelves[step].lend(step, port::thread_index(), &count);
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

void end_own_round(std::uint32_t now) noexcept {
  ChunkCache* const cache = own_lane->own;
  if (cache == nullptr || now - cache->last_round < cache_round_ms)
    return;
  cache->last_round = now;
  Leaving leaving;
  {
    const base::Locked locked{cache->lock};
    end_round(*cache, leaving);
  }
  leaving.send();
}

void run_duties() noexcept {
  Lane& lane = *own_lane;
  ChunkCache* const cache = lane.own;
  if (cache == nullptr)
    return;
  const std::uint32_t now = now_ms();
  const std::uint32_t elapsed = now - cache->last_look;
  cache->last_look = now;
  set_next_look(lane, *cache, elapsed);
  end_own_round(now);
  if (elapsed != 0)
    maintain_on_request_path(elapsed);
}

}  // namespace tarn::span
