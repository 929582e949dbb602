// The lane between pools and the space. The first half of each function is the
// whole of a short request's traffic with it: some twenty instructions without
// a lock, an atomic read-modify-write or a system call.
//
// The id of a chunk in a cache is always 0: a pool with a name enters its id on
// the slow lane and takes it out before it gives the chunk back.
#include "base/count_down.hpp"
#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "port/world.hpp"
#include "span/cache.hpp"

#include <bit>

namespace tarn::port {
namespace {

using namespace tarn::span;

using base::relaxed;
constexpr int unit_bits = std::countr_zero(smallest_chunk);

// A size that is no multiple of 4 KiB becomes a huge number.
constexpr std::size_t in_units(std::size_t size) noexcept {
  return std::rotr(size, unit_bits);
}

// Nothing where the memory is not of the space.
void set_id(const void* memory, std::uint32_t owner) noexcept {
  if (the_space.find(memory) == nullptr)
    return;
  std::atomic<std::uint32_t>& id = the_space.id_at(memory);
  if (id.load(relaxed) != owner)
    id.store(owner, relaxed);
}

Loan lend_granules(const Ask& ask) noexcept {
  if (ask.size > no_limit - granule_size)
    return {};
  // Never the size of a chunk, by which one tells what comes back.
  const std::size_t size = base::larger(ask.size, largest_chunk + 1);
  const std::size_t granules = (size + granule_size - 1) / granule_size;
  const auto kind = static_cast<unsigned>(ask.kind);
  if (granules > UINT32_MAX || ask.align > no_limit / 4)
    return {};
  std::byte* const memory =
      ask.align > granule_size
          ? the_space.claim_aligned(granules, ask.align, Use::large, kind)
          : the_space.claim(granules, Use::large, kind);
  if (memory == nullptr)
    return {};
  std::atomic<std::uint32_t>* const ids = &the_space.id_at(memory);
  ids[0].store(ask.owner, relaxed);
  ids[1].store(static_cast<std::uint32_t>(granules), relaxed);
  return {memory, granules * granule_size};
}

[[gnu::noinline]] Loan lend_slow(const Ask& ask) noexcept {
  own_lane->busy.store(0, std::memory_order_release);
  run_duties();
  const std::size_t size = base::larger(ask.size, ask.align);
  if (size > largest_chunk || ask.align > granule_size)
    return lend_granules(ask);
  const unsigned step = step_of(size);
  FreeChunk* const chunk = take_chunk(step);
  if (chunk == nullptr)
    return {};
  chunk->holder = nullptr;
  set_id(chunk, ask.owner);
  return {reinterpret_cast<std::byte*>(chunk), chunk_size(step)};
}

[[gnu::noinline]] Loan lend_size_slow(std::size_t size) noexcept {
  return lend_slow({size});
}

[[gnu::noinline]] void take_back_slow(Loan loan) noexcept {
  own_lane->busy.store(0, std::memory_order_release);
  if (loan.size > largest_chunk)
    the_space.release(loan.memory, loan.size / granule_size);
  else
    put_chunk(step_of(loan.size), reinterpret_cast<FreeChunk*>(loan.memory));
  run_duties();
}

LentChunk look_at(const void* chunk) noexcept {
  LentChunk lent;
  __builtin_memcpy(&lent.next, chunk, sizeof lent.next);
  __builtin_memcpy(&lent.size,
                   static_cast<const std::byte*>(chunk) + sizeof lent.next,
                   sizeof lent.size);
  return lent;
}

[[gnu::noinline]] void take_back_each(void* chunks) noexcept {
  while (chunks != nullptr) {
    const LentChunk lent = look_at(chunks);
    system_take_back({static_cast<std::byte*>(chunks), lent.size});
    chunks = lent.next;
  }
}

}  // namespace

namespace {

Loan lend_from_bin(std::size_t size) noexcept {
  const std::size_t units = in_units(size);
  if (units >= ChunkCache::bin_count) [[unlikely]]
    return lend_size_slow(size);
  Lane& lane = *own_lane;
  lane.busy.store(1, relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  ChunkCache* const cache = lane.cache.load(std::memory_order_acquire);
  Bin& bin = cache->bins[units];
  FreeChunk* const chunk = bin.head;
  if (chunk == nullptr) [[unlikely]]
    return lend_size_slow(size);
  if (base::count_down(lane.ticks)) [[unlikely]]
    return lend_size_slow(size);
  bin.head = chunk->next;
  ++bin.room;
  chunk->holder = nullptr;
  lane.busy.store(0, std::memory_order_release);
  return {reinterpret_cast<std::byte*>(chunk), size};
}

// The chunk at hand is the owner's alone; its size is stored last when it comes
// and first when it goes, so that at every store it is in one place at most.
void take_to_hand(Lane& lane, FreeChunk* chunk, std::size_t size) noexcept {
  chunk->holder = &shelves;
  lane.hand = chunk;
  std::atomic_signal_fence(std::memory_order_release);
  lane.hand_size.store(size, relaxed);
}

}  // namespace

Loan system_lend(const Ask& ask) noexcept {
  if (ask.align > smallest_chunk || ask.owner != 0) [[unlikely]]
    return lend_slow(ask);
  return lend_from_bin(ask.size);
}

Loan system_lend_chunk(std::size_t size) noexcept {
  Lane& lane = *own_lane;
  if (lane.hand_size.load(relaxed) != size)
    return lend_from_bin(size);
  if (base::count_down(lane.ticks)) [[unlikely]]
    return lend_size_slow(size);
  lane.hand_size.store(Lane::is_empty, relaxed);
  FreeChunk* const chunk = lane.hand;
  chunk->holder = nullptr;
  return {reinterpret_cast<std::byte*>(chunk), size};
}

void system_take_back(Loan loan) noexcept {
  const std::size_t units = in_units(loan.size);
  if (units >= ChunkCache::bin_count) [[unlikely]]
    return take_back_slow(loan);
  Lane& lane = *own_lane;
  lane.busy.store(1, relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  ChunkCache* const cache = lane.cache.load(std::memory_order_acquire);
  Bin& bin = cache->bins[units];
  if (bin.room == 0) [[unlikely]]
    return take_back_slow(loan);
  auto* const chunk = reinterpret_cast<FreeChunk*>(loan.memory);
  chunk->next = bin.head;
  chunk->holder = cache;
  bin.head = chunk;
  // One instruction, where the processor counts in memory.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  --bin.room;
  lane.busy.store(0, std::memory_order_release);
}

namespace {

// The last of a list, a pool's first chunk: to hand, unless one of its size is
// there. What was there makes room.
void take_back_last(FreeChunk* chunk, std::size_t size) noexcept {
  Lane& lane = *own_lane;
  const std::size_t former = lane.hand_size.load(relaxed);
  if (former == size || former == Lane::is_closed)
    return system_take_back({reinterpret_cast<std::byte*>(chunk), size});
  FreeChunk* const other = lane.hand;
  lane.hand_size.store(Lane::is_empty, relaxed);
  if (former != Lane::is_empty)
    system_take_back({reinterpret_cast<std::byte*>(other), former});
  take_to_hand(lane, chunk, size);
}

// Inside the hand-shake once for all of them, up to one that leaves the lane.
[[gnu::noinline]] void take_back_several(void* chunks) noexcept {
  Lane& lane = *own_lane;
  lane.busy.store(1, relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  ChunkCache* const cache = lane.cache.load(std::memory_order_acquire);
  do {
    const LentChunk lent = look_at(chunks);
    if (lent.next == nullptr && lent.size <= most_at_hand) {
      lane.busy.store(0, std::memory_order_release);
      return take_back_last(static_cast<FreeChunk*>(chunks), lent.size);
    }
    const std::size_t units = in_units(lent.size);
    if (units >= ChunkCache::bin_count) [[unlikely]]
      return take_back_each(chunks);
    Bin& bin = cache->bins[units];
    const std::uint32_t room = bin.room;
    if (room == 0) [[unlikely]]
      return take_back_each(chunks);
    auto* const chunk = static_cast<FreeChunk*>(chunks);
    chunk->next = bin.head;
    chunk->holder = cache;
    bin.head = chunk;
    bin.room = room - 1;
    chunks = lent.next;
  } while (chunks != nullptr);
  lane.busy.store(0, std::memory_order_release);
}

}  // namespace

void system_take_back_list(void* chunks) noexcept {
  Lane& lane = *own_lane;
  const LentChunk lent = look_at(chunks);
  const bool goes_to_hand = lent.next == nullptr && lent.size <= most_at_hand &&
                            lane.hand_size.load(relaxed) == Lane::is_empty;
  if (goes_to_hand) [[likely]]
    take_to_hand(lane, static_cast<FreeChunk*>(chunks), lent.size);
  else
    take_back_several(chunks);
}

void system_retag(Loan loan, std::uint32_t owner) noexcept {
  set_id(loan.memory, owner);
}

}  // namespace tarn::port
