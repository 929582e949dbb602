// What each thread has of a pool: found by the thread's number, given to the
// depot when the thread ends, and in a child after fork by those that are not
// there.
#include "base/build.hpp"
#include "object/state.hpp"
#include "port/object_hooks.hpp"
#include "port/world.hpp"

#include <bit>

namespace tarn {
namespace object {
namespace {

using detail::AtHand;

// The word below the first place, and the first place, of a magazine that has
// no room: never written.
constinit void* no_rounds[2] = {};
constinit AtHand nothing_at_hand{no_rounds + 1, no_rounds + 1};

// Guards the list of all pools. Their own locks are taken under it.
constinit base::SpinLock pools_lock;
constinit Link pools TARN_GUARDED_BY(pools_lock);

// They lie on the stacks of their threads.
constinit Reaper* all_reapers TARN_GUARDED_BY(pools_lock) = nullptr;

enum class Hooks : std::uint8_t { unknown, none, set };
constinit Hooks hooks TARN_GUARDED_BY(pools_lock) = Hooks::unknown;

void leave_all() noexcept {
  const base::Locked locked{pools_lock};
  for (State* state = pools; state != nullptr; state = state->next) {
    const base::Locked hold{state->lock};
    state->leave(detail::own_number());
  }
}

void hold_for_fork() noexcept TARN_UNCHECKED_LOCKS {
  pools_lock.lock();
  for (State* state = pools; state != nullptr; state = state->next)
    state->lock.lock();
}

void release_in_parent() noexcept TARN_UNCHECKED_LOCKS {
  for (State* state = pools; state != nullptr; state = state->next)
    state->lock.unlock();
  pools_lock.unlock();
}

// Who was changing its magazines left them in a state that nobody knows.
void forget_others(State& state) noexcept TARN_REQUIRES(state.lock) {
  HandTable* const table = state.table().load(std::memory_order_relaxed);
  for (std::uint32_t number = 0; number < table->size; ++number) {
    Cache*& cache = State::caches(*table)[number];
    if (cache == nullptr || number == detail::own_number())
      continue;
    if (cache->busy.load(std::memory_order_acquire) % 2 == 0)
      state.leave(number);
    cache = nullptr;
    table->hands()[number].store(&nothing_at_hand, std::memory_order_relaxed);
  }
  state.has_lost = true;
  state.reapers = 0;
}

void release_in_child() noexcept TARN_UNCHECKED_LOCKS {
  while (all_reapers != nullptr && all_reapers->thread != port::thread_index())
    all_reapers = all_reapers->next;
  if (all_reapers != nullptr)
    all_reapers->next = nullptr;
  for (State* state = pools; state != nullptr; state = state->next) {
    forget_others(*state);
    state->lock.unlock();
  }
  pools_lock.unlock();
}

constexpr std::size_t bytes_for(std::size_t numbers) noexcept {
  return sizeof(HandTable) + numbers * 2 * sizeof(void*);
}

// A table for as many numbers as fit into `size` bytes, with what `old` has.
HandTable* start_table(void* memory, std::size_t size, std::size_t loan,
                       HandTable& old) noexcept {
  const std::size_t numbers = (size - sizeof(HandTable)) / (2 * sizeof(void*));
  auto* const table = ::new (memory) HandTable{numbers, &old, loan};
  for (std::size_t i = 0; i < numbers; ++i) {
    const bool is_old = i < old.size;
    AtHand* const hand = is_old ? old.hands()[i].load(std::memory_order_relaxed)
                                : &nothing_at_hand;
    ::new (table->hands() + i) std::atomic<AtHand*>{hand};
  }
  for (std::size_t i = 0; i < numbers; ++i)
    State::caches(*table)[i] = i < old.size ? State::caches(old)[i] : nullptr;
  return table;
}

// Whoever calls holds locks that fork takes after this one, so it waits for
// nobody.
void keep_up() noexcept {
  if (!pools_lock.try_lock())
    return;
  for (State* state = pools; state != nullptr; state = state->next)
    state->keep_up();
  pools_lock.unlock();
}

}  // namespace

bool has_hooks() noexcept {
  const base::Locked locked{pools_lock};
  if (hooks == Hooks::unknown) {
    port::set_upkeep(keep_up);
    hooks = port::set_thread_hooks(
                {leave_all, hold_for_fork, release_in_parent, release_in_child})
                ? Hooks::set
                : Hooks::none;
  }
  return hooks == Hooks::set;
}

void State::link() noexcept {
  const base::Locked locked{pools_lock};
  next = pools;
  if (pools != nullptr)
    pools->former = this;
  pools = this;
}

void State::unlink() noexcept {
  for (unsigned round = 0;; ++round) {
    {
      const base::Locked locked{pools_lock};
      if (reapers == 0) {
        (former != nullptr ? former->next : pools) = next;
        if (next != nullptr)
          next->former = former;
        return;
      }
    }
    base::back_off(round);
  }
}

void State::for_each(void (*look)(State& state, void* with) noexcept,
                     void* with) noexcept {
  const base::Locked locked{pools_lock};
  for (State* state = pools; state != nullptr; state = state->next)
    look(*state, with);
}

void State::strike() noexcept {
  if (!pools_lock.try_lock())
    return;
  for (State* state = pools; state != nullptr; state = state->next) {
    if (!state->is_sampled() || !state->lock.try_lock())
      continue;
    state->disarm_all();
    state->lock.unlock();
  }
  pools_lock.unlock();
}

bool State::begin_reap(Reaper& reaper) noexcept {
  const base::Locked locked{pools_lock};
  for (Reaper* it = all_reapers; it != nullptr; it = it->next)
    if (it->thread == reaper.thread)
      return false;
  reaper.next = all_reapers;
  all_reapers = &reaper;
  return true;
}

void State::end_reap(Reaper& reaper) noexcept {
  const base::Locked locked{pools_lock};
  Reaper** link = &all_reapers;
  while (*link != nullptr && *link != &reaper)
    link = &(*link)->next;
  if (*link != nullptr)
    *link = reaper.next;
}

State* State::next_to_reap(State* before) noexcept {
  const base::Locked locked{pools_lock};
  State* state = before == nullptr ? pools : before->next;
  if (before != nullptr && before->reapers != 0)
    --before->reapers;
  while (state != nullptr && !state->reap_when_short)
    state = state->next;
  if (state != nullptr)
    ++state->reapers;
  return state;
}

Cache* State::own_cache() noexcept {
  if (!has_magazines)
    return nullptr;
  HandTable* const own = table().load(std::memory_order_acquire);
  if (detail::own_number() < own->size)
    if (Cache* const cache = caches(*own)[detail::own_number()])
      return cache;
  return enter();
}

Cache* State::enter() noexcept {
  if (!port::watch_thread())
    return nullptr;
  const std::uint32_t number = detail::own_number();
  if (!widen(number))
    return nullptr;
  void* const memory = new_part(sizeof(Cache), number);
  if (memory == nullptr)
    return nullptr;
  const base::Locked locked{lock};
  HandTable& present = *table().load(std::memory_order_relaxed);
  // Whoever was asked for that memory may have come by on this thread.
  if (Cache* const own = caches(present)[number]) {
    parts.put(memory, Parts::round_up(sizeof(Cache)));
    return own;
  }
  auto* const cache = ::new (memory) Cache{};
  cache->number = number;
  cache->fill = 1;
  cache->load_own(capacity);
  caches(present)[number] = cache;
  // The dev library looks at every call.
  if constexpr (!base::is_dev)
    present.hands()[number].store(cache, std::memory_order_relaxed);
  return cache;
}

void State::arm(Cache& cache) noexcept {
  if (base::is_dev)
    return;
  // A table that is being replaced meanwhile gets it the next time.
  HandTable& present = *table().load(std::memory_order_acquire);
  std::atomic<AtHand*>& hand = present.hands()[cache.number];
  if (hand.load(std::memory_order_relaxed) != &cache)
    hand.store(&cache, std::memory_order_relaxed);
}

void State::disarm(const Cache& cache) noexcept {
  HandTable& present = *table().load(std::memory_order_acquire);
  present.hands()[cache.number].store(&nothing_at_hand,
                                      std::memory_order_relaxed);
}

void State::disarm_all() noexcept {
  HandTable& present = *table().load(std::memory_order_relaxed);
  for (std::size_t number = 0; number < present.size; ++number)
    present.hands()[number].store(&nothing_at_hand, std::memory_order_relaxed);
  static_cast<void>(set_all_aside());
}

bool State::widen(std::uint32_t number) noexcept {
  for (;;) {
    HandTable* const old = table().load(std::memory_order_acquire);
    if (number < old->size)
      return true;
    const std::size_t bytes = bytes_for(number + 1);
    const std::size_t size =
        bytes <= Parts::largest ? Parts::round_up(bytes) : std::bit_ceil(bytes);
    const Loan loan = lend_for_all(size, max_align);
    if (!loan)
      return false;
    if (!use_table(loan, number, size))
      take_back_for_all(loan, size);
  }
}

// False: of two that came at once, this is the second one.
bool State::use_table(Loan loan, std::uint32_t number,
                      std::size_t size) noexcept {
  const base::Locked locked{lock};
  HandTable& present = *table().load(std::memory_order_relaxed);
  const bool is_wider = number >= present.size;
  if (is_wider)
    table().store(start_table(loan.memory, base::larger(size, loan.size),
                              loan.size, present),
                  std::memory_order_release);
  return is_wider;
}

void State::drop_tables() noexcept {
  HandTable* newest = table().load(std::memory_order_relaxed);
  while (newest != &detail::no_hands) {
    HandTable* const older = newest->older;
    take_back_for_all({reinterpret_cast<std::byte*>(newest), newest->loan},
                      bytes_for(newest->size));
    newest = older;
  }
}

void State::leave(std::uint32_t number) noexcept {
  HandTable& present = *table().load(std::memory_order_relaxed);
  if (number >= present.size || caches(present)[number] == nullptr)
    return;
  Cache& cache = *caches(present)[number];
  caches(present)[number] = nullptr;
  present.hands()[number].store(&nothing_at_hand, std::memory_order_relaxed);
  unload(cache);
  depot.open(number);
  parts.put(&cache, Parts::round_up(sizeof(Cache)));
}

void State::unload_all() noexcept {
  HandTable& present = *table().load(std::memory_order_relaxed);
  for (std::uint32_t number = 0; number < present.size; ++number)
    leave(number);
  move_all_aside();
  unload_processors();
  if (checks != nullptr)
    port::object_hooks()->drain(*this);
  end_steady();
  unload_depot();
}

}  // namespace object

inline namespace v1 {
constinit detail::HandTable detail::no_hands{0, nullptr, 0};
}  // namespace v1

}  // namespace tarn
