// Entries lie in pages of a thousand, each of one shard, that never go back: so
// a number can be looked up in a signal handler. A number is a place and above
// it the count of the place's users. A shard uses the places of ended pools
// again in the order of their ends, and not before some hundreds wait.
#include "check/pools.hpp"

#include "tarn/detail/bits.hpp"

#include "base/memory_orders.hpp"
#include "base/sparse.hpp"
#include "base/spin_lock.hpp"
#include "check/degrade.hpp"
#include "check/scan.hpp"
#include "check/shadow.hpp"
#include "check/sites.hpp"
#include "check/stacks.hpp"
#include "os/memory.hpp"
#include "port/pool_kind.hpp"
#include "port/world.hpp"
#include "thread/table.hpp"

#include <atomic>

namespace tarn::check {
namespace {

using base::relaxed;

constexpr unsigned place_bits = 20;
constexpr std::uint32_t place_mask = (1u << place_bits) - 1;
constexpr std::uint32_t one_use = place_mask + 1;
constexpr std::uint32_t page_entries = 1u << 10;
constexpr std::uint32_t most_pages = (place_mask + 1) / page_entries;

// Threads that make pools at once seldom meet.
constexpr unsigned shards = 16;
// Ended pools that wait in each before a place is used again.
constexpr unsigned waiting_least = 4096 / shards;

struct alignas(128) Slot {
  // The number of its latest pool, 0 while that changes: the release pairs with
  // the acquire of a look-up.
  std::atomic<PoolNumber> number;
  std::atomic<bool> lives;
  std::uint32_t place;
  std::uint32_t shard;
  std::uint32_t site;
  std::uint32_t growths;
  PoolEntry entry;
  std::atomic<std::uint64_t> held;
  std::uint64_t held_before;
  Slot* next_waiting;
  // Of a listed one, null of others. Written under the lock of its list; who
  // has the pool reads it without, and orders nothing by it.
  std::atomic<const void*> owner;
  Slot* next_listed;
};

struct alignas(64) Shard {
  base::SpinLock lock;
  Slot* unused TARN_GUARDED_BY(lock);
  std::uint32_t unused_left TARN_GUARDED_BY(lock);
  std::uint32_t waiting TARN_GUARDED_BY(lock);
  Slot* first_waiting TARN_GUARDED_BY(lock);
  Slot* last_waiting TARN_GUARDED_BY(lock);
};

constinit Shard all_shards[shards] = {};
// Written once each when the page is complete: pairs with slot_of().
constinit std::atomic<Slot*> pages[most_pages] = {};
constinit std::atomic<std::uint32_t> pages_used{0};
// Of each page, so that who looks for the living passes over the others.
constinit std::atomic<std::uint32_t> living[most_pages] = {};

// Those listed, by the address of their owner.
constexpr unsigned list_bits = 14;
TARN_SPARSE constinit Slot* lists[1u << list_bits] = {};
struct alignas(64) ListLock {
  base::SpinLock lock;
};
constinit ListLock list_locks[shards] = {};

// What this thread told of last, which most often is what it tells of next.
struct LastListed {
  const void* owner;
  Slot* slot;
};
constinit thread_local LastListed last_listed{nullptr, nullptr};

void hold_for_fork() noexcept TARN_UNCHECKED_LOCKS {
  for (ListLock& one : list_locks)
    one.lock.lock();
  for (Shard& shard : all_shards)
    shard.lock.lock();
}

void release_after_fork() noexcept TARN_UNCHECKED_LOCKS {
  for (Shard& shard : all_shards)
    shard.lock.unlock();
  for (ListLock& one : list_locks)
    one.lock.unlock();
}

unsigned list_of(const void* owner) noexcept {
  constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15;
  constexpr unsigned word_bits = 64;
  return static_cast<unsigned>(std::uint64_t{detail::address_of(owner)} *
                                   golden >>
                               (word_bits - list_bits));
}

// The link to the one of the owner, or the last link of its list.
Slot** find_listed(unsigned list, const void* owner) noexcept {
  Slot** link = &lists[list];
  while (*link != nullptr && (*link)->owner.load(relaxed) != owner)
    link = &(*link)->next_listed;
  return link;
}

Slot* take_page(unsigned shard) noexcept {
  constexpr std::size_t bytes = page_entries * sizeof(Slot);
  if (pages_used.load(relaxed) == most_pages)
    return nullptr;
  std::byte* const memory = os::reserve_zeroed(bytes);
  if (memory == nullptr)
    return nullptr;
  std::uint32_t page = pages_used.load(relaxed);
  do {
    if (page == most_pages) {
      os::unreserve(memory, bytes);
      return nullptr;
    }
  } while (!pages_used.compare_exchange_weak(page, page + 1, relaxed));
  auto* const slots = reinterpret_cast<Slot*>(memory);
  for (std::uint32_t i = 0; i < page_entries; ++i) {
    slots[i].place = page * page_entries + i;
    slots[i].shard = shard;
  }
  pages[page].store(slots, std::memory_order_release);
  return slots;
}

Slot* take_waiting(Shard& shard) noexcept TARN_REQUIRES(shard.lock) {
  Slot* const slot = shard.first_waiting;
  if (slot == nullptr)
    return nullptr;
  shard.first_waiting = slot->next_waiting;
  if (shard.first_waiting == nullptr)
    shard.last_waiting = nullptr;
  --shard.waiting;
  return slot;
}

// Place 0 is never used: it would have the number 0.
Slot* take_slot(unsigned index) noexcept {
  Shard& shard = all_shards[index];
  const base::Locked locked{shard.lock};
  if (shard.waiting > waiting_least)
    return take_waiting(shard);
  if (shard.unused_left == 0) {
    shard.unused = take_page(index);
    if (shard.unused == nullptr)
      return take_waiting(shard);
    shard.unused_left = page_entries;
    if (shard.unused->place == 0) {
      ++shard.unused;
      --shard.unused_left;
    }
  }
  --shard.unused_left;
  return shard.unused++;
}

Slot* slot_of(PoolNumber number) noexcept {
  const std::uint32_t place = number & place_mask;
  Slot* const page =
      pages[place / page_entries].load(std::memory_order_acquire);
  if (number == 0 || page == nullptr)
    return nullptr;
  Slot& slot = page[place % page_entries];
  return slot.number.load(std::memory_order_acquire) == number ? &slot
                                                               : nullptr;
}

void count_birth(Site& site, std::uint32_t id) noexcept {
  if (id != 0)
    site.id.store(id, relaxed);
  site.born.fetch_add(1, relaxed);
}

void leave_pool_at(StackId stack, PoolNumber number) noexcept {
  Slot* const slot = slot_of(number);
  if (slot == nullptr || !slot->lives.exchange(false, relaxed))
    return;
  slot->entry.ended = port::clock_ms();
  slot->entry.ended_by = stack;
  if (Site* const site = site_at(slot->site))
    site->lives.count_end(slot->entry.born, slot->entry.ended);
  living[slot->place / page_entries].fetch_sub(1, relaxed);
  Shard& shard = all_shards[slot->shard];
  const base::Locked locked{shard.lock};
  slot->next_waiting = nullptr;
  if (shard.last_waiting == nullptr)
    shard.first_waiting = slot;
  else
    shard.last_waiting->next_waiting = slot;
  shard.last_waiting = slot;
  ++shard.waiting;
}

}  // namespace

void watch_pools() noexcept {
  static_cast<void>(
      thread::at_fork({hold_for_fork, release_after_fork, release_after_fork}));
}

PoolNumber enter_pool_at(StackId stack, PoolKind kind, std::uint32_t id,
                         PoolNumber parent) noexcept {
  if (!follows_sanitizer())
    clear_stacks_at_end();
  Slot* const slot = take_slot(port::thread_index() % shards);
  if (slot == nullptr) {
    degraded(Degraded::no_pools);
    return 0;
  }
  const PoolNumber before = slot->number.load(relaxed);
  const PoolNumber number = before == 0 ? slot->place : before + one_use;
  slot->number.store(0, std::memory_order_release);
  slot->entry = {kind, false, id, parent, stack, 0, port::clock_ms(), 0};
  slot->held.store(0, relaxed);
  slot->held_before = 0;
  slot->growths = 0;
  slot->site = site_place(stack, kind, id);
  if (Site* const site = site_at(slot->site))
    count_birth(*site, id);
  slot->number.store(number, std::memory_order_release);
  slot->lives.store(true, std::memory_order_release);
  living[slot->place / page_entries].fetch_add(1, relaxed);
  return number;
}

PoolNumber enter_pool(PoolKind kind, std::uint32_t id,
                      PoolNumber parent) noexcept {
  return enter_pool_at(wants_stacks() ? capture_stack() : 0, kind, id, parent);
}

void mark_default(PoolNumber number) noexcept {
  if (Slot* const slot = slot_of(number))
    slot->entry.is_default = true;
}

void leave_pool(PoolNumber number) noexcept {
  leave_pool_at(wants_stacks() ? capture_stack() : 0, number);
}

void leave_pool_unseen(PoolNumber number) noexcept {
  leave_pool_at(0, number);
}

void list_pool(PoolNumber number, const void* owner) noexcept {
  Slot* const slot = slot_of(number);
  if (slot == nullptr)
    return;
  const unsigned list = list_of(owner);
  const base::Locked locked{list_locks[list % shards].lock};
  slot->owner.store(owner, relaxed);
  slot->next_listed = lists[list];
  lists[list] = slot;
}

namespace {

// Null: it is not listed.
[[gnu::noinline]] Slot* listed_slot(const void* owner) noexcept {
  const unsigned list = list_of(owner);
  const base::Locked locked{list_locks[list % shards].lock};
  return *find_listed(list, owner);
}

}  // namespace

PoolNumber listed_pool(const void* owner) noexcept {
  const Slot* const slot = listed_slot(owner);
  return slot == nullptr ? 0 : slot->number.load(relaxed);
}

PoolNumber unlist_pool(const void* owner) noexcept {
  const unsigned list = list_of(owner);
  const base::Locked locked{list_locks[list % shards].lock};
  Slot** const link = find_listed(list, owner);
  Slot* const slot = *link;
  if (slot == nullptr)
    return 0;
  *link = slot->next_listed;
  slot->owner.store(nullptr, relaxed);
  return slot->number.load(relaxed);
}

void listed_pool_holds(const void* owner, std::size_t bytes) noexcept {
  LastListed& last = last_listed;
  if (last.owner != owner || last.slot->owner.load(relaxed) != owner) {
    Slot* const slot = listed_slot(owner);
    if (slot == nullptr)
      return;
    last = {owner, slot};
  }
  last.slot->held.store(bytes, relaxed);
}

void pool_holds(PoolNumber number, std::size_t bytes) noexcept {
  if (Slot* const slot = slot_of(number))
    slot->held.store(bytes, relaxed);
}

const PoolEntry* pool_entry(PoolNumber number) noexcept {
  const Slot* const slot = slot_of(number);
  return slot == nullptr ? nullptr : &slot->entry;
}

void write_pool(base::Line& line, PoolNumber number) noexcept {
  const PoolEntry* const entry = pool_entry(number);
  if (entry == nullptr) {
    line << "a pool";
    return;
  }
  if (entry->is_default) {
    line << "the heap";
    return;
  }
  line << port::noun_of(entry->kind) << " '" << port::pool_name(entry->id)
       << "'";
}

void for_each_living_pool(void (*look)(void* context,
                                       const LivingPool& pool) noexcept,
                          void* context) noexcept {
  const std::uint32_t count = pages_used.load(std::memory_order_acquire);
  for (std::uint32_t page = 0; page < count; ++page) {
    Slot* const slots = pages[page].load(std::memory_order_acquire);
    if (slots == nullptr || living[page].load(relaxed) == 0)
      continue;
    for (Slot* slot = slots; slot != slots + page_entries; ++slot)
      if (slot->lives.load(std::memory_order_acquire))
        look(context,
             {slot->number.load(relaxed), &slot->entry, slot->site,
              slot->held.load(relaxed), &slot->held_before, &slot->growths});
  }
}

}  // namespace tarn::check
