// The slow half of acquire and release: what happens when a thread has nothing
// at hand, or no room.
#include "base/build.hpp"
#include "object/state.hpp"
#include "port/object_hooks.hpp"

namespace tarn {
namespace object {
namespace {

// A new magazine may come from an upstream, and what that asks for memory may
// use this pool on this thread: so whoever wants one looks at the cache again
// afterwards.

// A magazine for a thread that has too few. False: no memory.
bool equip(State& state, Cache& cache) noexcept {
  const Magazine* const loaded = cache.loaded;
  Magazine* const magazine = state.new_magazine(cache.number);
  if (magazine == nullptr)
    return false;
  if (cache.loaded != loaded || cache.previous != nullptr) {
    const base::Locked locked{state.lock};
    state.depot.put(magazine);
    return true;
  }
  if (cache.loaded != nullptr) {
    cache.change(magazine);
    return true;
  }
  const std::uint32_t objects = cache.count();
  for (std::uint32_t i = 0; i < objects; ++i)
    magazine->rounds()[i] = cache.own[i];
  cache.load(magazine, objects);
  return true;
}

// Objects from the depot, or else, a few at first, from the slabs.
bool fetch(State& state, Cache& cache) noexcept {
  const Trip trip{state};
  if (Magazine* const full = state.take_full(cache.number)) {
    // Of two empty ones the larger stays: so those of a former capacity leave.
    if (cache.previous != nullptr && cache.loaded != nullptr &&
        cache.previous->capacity > cache.loaded->capacity)
      cache.change(cache.previous);
    if (cache.previous != nullptr)
      state.depot.put(cache.previous, cache.number);
    cache.change(full);
    return true;
  }
  const std::uint32_t room = cache.capacity();
  const std::uint32_t objects = state.slabs.take_made(
      cache.rounds(), base::smaller(cache.fill, room),
      state.slabs.way_of(cache.number), state.whose_slots());
  turn_around(cache.rounds(), objects);
  cache.load(cache.rounds(), room, objects);
  cache.fill = base::smaller(2 * cache.fill, state.capacity);
  return objects != 0;
}

// A thread that gets along with its two magazines looks after the depot now and
// then all the same.
void change(State& state, Cache& cache) noexcept {
  constexpr std::uint32_t changes_between_trips = 64;
  cache.change(cache.previous);
  if (++cache.changes % changes_between_trips == 0)
    const Trip trip{state};
}

// Makes an empty cache one with objects. False: there are none to be had.
bool fill(State& state, Cache& cache) noexcept {
  if (cache.loaded == nullptr && cache.fill > Cache::own_capacity)
    static_cast<void>(equip(state, cache));
  if (!cache.is_empty())
    return true;
  if (cache.previous != nullptr && cache.previous->count != 0) {
    change(state, cache);
    return true;
  }
  return fetch(state, cache);
}

// Puts a full previous magazine into the depot. False: no memory for another.
bool deliver(State& state, Cache& cache) noexcept {
  Magazine* empty = nullptr;
  {
    const Trip trip{state};
    empty = state.take_empty();
    if (empty != nullptr)
      state.depot.put(cache.previous, cache.number);
  }
  if (empty == nullptr) {
    empty = state.new_magazine(cache.number);
    if (empty == nullptr)
      return false;
    const base::Locked locked{state.lock};
    if (!cache.is_full()) {
      state.depot.put(empty);
      return true;
    }
    state.depot.put(cache.previous, cache.number);
  }
  cache.change(empty);
  return true;
}

bool bring_room(State& state, Cache& cache) noexcept {
  if (cache.previous == nullptr)
    return equip(state, cache);
  if (cache.previous->count != 0)
    return deliver(state, cache);
  change(state, cache);
  return true;
}

// Makes a full cache one with room. A magazine that takes in the own rounds may
// be full with them, so once is not always enough.
bool make_room(State& state, Cache& cache) noexcept {
  while (cache.is_full())
    if (!bring_room(state, cache))
      return !cache.is_full();
  return true;
}

// What only the dev library looks at: whether what comes back is in use.
[[maybe_unused]] void require_in_use(State& state, Cache& cache,
                                     const void* slot) noexcept {
  const base::Locked locked{state.lock};
  std::uint32_t number = 0;
  static_cast<void>(state.require_own(slot, number));
  const bool is_at_hand =
      has(cache.rounds(), cache.count(), slot) ||
      (cache.previous != nullptr &&
       has(cache.previous->rounds(), cache.previous->count, slot));
  if (is_at_hand)
    report_free(state, slot);
}

// What each slow call begins with. Null: the thread has nothing of its own.
Cache* come_by(State& state) noexcept {
  const bool is_due = state.has_due.load(std::memory_order_relaxed);
  if (is_due) [[unlikely]]
    state.give_back_some();
  Cache* const cache = state.own_cache();
  if (cache != nullptr && !is_due && !state.stays_aside(*cache))
    state.arm(*cache);
  return cache;
}

}  // namespace

void turn_around(void** rounds, std::uint32_t count) noexcept {
  for (std::uint32_t i = 0; i < count / 2; ++i) {
    void* const last = rounds[count - 1 - i];
    rounds[count - 1 - i] = rounds[i];
    rounds[i] = last;
  }
}

Loan State::lend_part(std::size_t size, std::size_t align) noexcept {
  {
    const base::Locked locked{lock};
    if (lacks_parts)
      look();
    if (lacks_parts)
      return {};
  }
  const Loan loan = lend(size, align);
  // A steady pool, which never looks, asks for what its reserve() needs.
  if (!loan && has_magazines) {
    const base::Locked locked{lock};
    lacks_parts = true;
  }
  return loan;
}

void* State::new_part(std::size_t size, std::uint32_t number,
                      From from) noexcept {
  const std::size_t part = Parts::round_up(size);
  void* memory = nullptr;
  std::uint32_t way = 0;
  std::size_t slab = 0;
  {
    const base::Locked locked{lock};
    way = parts.of(part).way_of(number);
    if (whose_slots() == From::any_way)
      from = From::any_way;
    if (parts.of(part).take_made(&memory, 1, way, from) != 0)
      return memory;
    slab = parts.of(part).shape().size;
  }
  const Loan loan = lend_part(slab, slab);
  {
    const base::Locked locked{lock};
    // Others may have brought a slab meanwhile.
    if (!loan)
      from = From::any_way;
    if (parts.of(part).take_made(&memory, 1, way, from) == 0 && loan) {
      parts.add(part, loan, pool, way);
      static_cast<void>(parts.of(part).take_made(&memory, 1, way));
      return memory;
    }
  }
  if (loan)
    take_back(loan);
  return memory;
}

Loan State::lend_for_all(std::size_t size, std::size_t align) noexcept {
  if (size > Parts::largest)
    return lend_part(size, align);
  // Of threads that come at once one adds a slab; the others find it.
  return {static_cast<std::byte*>(new_part(size, 0, From::any_way)), 0};
}

void State::take_back_for_all(Loan loan, std::size_t size) noexcept {
  if (loan.size != 0)
    return take_back(loan);
  const base::Locked locked{lock};
  parts.put(loan.memory, Parts::round_up(size));
}

Magazine* State::new_magazine(std::uint32_t number) noexcept {
  std::uint32_t wanted = 0;
  {
    const base::Locked locked{lock};
    wanted = capacity;
  }
  void* const memory = new_part(Magazine::size_for(wanted), number);
  return memory == nullptr ? nullptr
                           : ::new (memory) Magazine{0, wanted, nullptr};
}

Magazine* State::take_full(std::uint32_t number) noexcept {
  const bool will_any_do =
      whose_slots() == From::any_way || slabs.way_of(number) == 0;
  return will_any_do ? depot.take_full(number) : depot.take_own_full(number);
}

Magazine* State::take_empty() noexcept {
  while (Magazine* const magazine = depot.take_empty()) {
    if (magazine->capacity == capacity)
      return magazine;
    drop(magazine);
  }
  return nullptr;
}

void State::drop(Magazine* magazine) noexcept {
  parts.put(magazine, Parts::round_up(Magazine::size_for(magazine->capacity)));
}

void State::unload(Magazine* magazine) noexcept {
  for (std::uint32_t i = 0; i < magazine->count; ++i)
    put(magazine->rounds()[i], true);
  drop(magazine);
}

void State::unload(Cache& cache) noexcept {
  if (cache.loaded != nullptr) {
    cache.loaded->count = cache.count();
    depot.put(cache.loaded, cache.number);
  } else {
    while (!cache.is_empty())
      put(cache.pop(), true);
  }
  if (cache.previous != nullptr)
    depot.put(cache.previous, cache.number);
}

void State::unload_depot() noexcept {
  while (Magazine* const magazine = depot.take_full())
    unload(magazine);
  while (Magazine* const magazine = depot.take_empty())
    drop(magazine);
}

[[gnu::noinline]] TakenSlot State::take_on_thread() noexcept {
  Cache* const cache = come_by(*this);
  if (is_sampled()) [[unlikely]]
    if (const TakenSlot drawn = draw(cache); drawn.slot != nullptr)
      return drawn;
  if (cache == nullptr)
    return take_from_slabs(nobody);
  {
    const Busy busy{*cache};
    if (!cache->is_empty() || fill(*this, *cache))
      return {cache->pop(), false};
  }
  return take_from_slabs(cache->number);
}

[[gnu::noinline]] void State::put_on_thread(void* slot) noexcept {
  Cache* const cache = come_by(*this);
  if (is_sampled() && end_draw(cache, slot)) [[unlikely]]
    return;
  if (cache != nullptr) {
    if (!cache->is_empty() && cache->newest() == slot) [[unlikely]]
      report_free(*this, slot);
    if constexpr (base::is_dev)
      object::require_in_use(*this, *cache, slot);
    const Busy busy{*cache};
    if (!cache->is_full() || make_room(*this, *cache))
      return cache->push(slot);
  }
  const base::Locked locked{lock};
  put(slot, true);
}

}  // namespace object

inline namespace v1 {
namespace detail {

using object::State;

TakenSlot ObjectPoolCore::take_slow() noexcept {
  State& state = State::of(*this);
  return state.processor_count != 0 ? state.take_on_processor()
                                    : state.take_on_thread();
}

void ObjectPoolCore::put_slow(void* slot) noexcept {
  State& state = State::of(*this);
  return state.processor_count != 0 ? state.put_on_processor(slot)
                                    : state.put_on_thread(slot);
}

bool ObjectPoolCore::may_retire_slow(void* slot) noexcept {
  State& state = State::of(*this);
  return state.checks == nullptr ||
         port::object_hooks()->may_retire(state, slot);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
