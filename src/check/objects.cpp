// Acquire and release of a checked object pool: each takes the pool's lock, has
// its state in a record, and looks at the object's bytes outside of the lock,
// while nobody else has it.
#include "check/objects.hpp"

#include "check/digest.hpp"
#include "check/fills.hpp"
#include "check/live_blocks.hpp"
#include "check/object_checks.hpp"
#include "check/object_samples.hpp"
#include "check/object_shadow.hpp"
#include "check/old_blocks.hpp"
#include "check/shadow.hpp"
#include "check/stacks.hpp"
#include "check/sweep.hpp"
#include "os/sanitizers.hpp"
#include "port/object_hooks.hpp"
#include "port/world.hpp"

namespace tarn::check {
namespace {

using detail::TakenSlot;
using object::Slab;
using object::State;

std::uint16_t own_thread() noexcept {
  return static_cast<std::uint16_t>(port::thread_index());
}

SlotRecord* record_of(const State& state, const void* slot) noexcept {
  Slab& home = Slab::of(slot, state.slab_size);
  return records_of(home).slots() + home.offset_of(slot) / home.stride;
}

void push(Objects& pool, SlotRecord& slot) noexcept {
  slot.next = nullptr;
  (pool.newest != nullptr ? pool.newest->next : pool.oldest) = &slot;
  pool.newest = &slot;
  ++pool.waiting;
}

SlotRecord* pop(Objects& pool) noexcept {
  SlotRecord* const slot = pool.oldest;
  if (slot == nullptr)
    return nullptr;
  pool.oldest = slot->next;
  if (pool.oldest == nullptr)
    pool.newest = nullptr;
  --pool.waiting;
  return slot;
}

struct Found {
  SlotRecord* slot = nullptr;
  bool is_bare = false;
};

// One that is in no queue. Where as many wait as may, the oldest of them comes
// before one that must be constructed.
Found find_free(State& state, bool may_take_waiting) noexcept
    TARN_REQUIRES(state.lock) {
  Objects& pool = Objects::of(state);
  void* slot = nullptr;
  if (state.slabs.take_made(&slot, 1) != 0)
    return {record_of(state, slot), false};
  if (may_take_waiting || pool.waiting >= pool.most_wait)
    if (SlotRecord* const oldest = pop(pool))
      return {oldest, false};
  slot = state.slabs.take_bare();
  if (slot != nullptr)
    return {record_of(state, slot), true};
  return {};
}

struct Caller {
  StackId stack = wants_stacks() ? capture_stack() : 0;
  std::uint16_t thread = own_thread();
  std::uint32_t now = port::clock_ms();
};

void enter_acquired(SlotRecord& slot, const Caller& caller) noexcept {
  Record& record = slot.record;
  record.use = static_cast<unsigned>(BlockUse::live);
  record.allocated_by = caller.stack;
  record.allocated_on = caller.thread;
  record.allocated_at = caller.now;
}

// The object's bytes as whoever acquires it should find them.
void make_usable(State& state, SlotRecord& slot, BlockUse was) noexcept {
  const Objects& pool = Objects::of(state);
  if (follows_sanitizer())
    return begin_in_shadow(pool, slot,
                           pool.keeps_state && was != BlockUse::fresh);
  show(slot, records_of(Slab::of(slot.object, state.slab_size)));
  static_cast<void>(look_at(state, slot, was));
  if (!pool.keeps_state)
    fill(slot.object, pool.size, fresh_fill);
}

Found acquire_slot(State& state, const Caller& caller, bool may_take_waiting,
                   BlockUse& was) noexcept {
  const base::Locked locked{state.lock};
  const Found found = find_free(state, may_take_waiting);
  if (found.slot != nullptr) {
    was = use_of(*found.slot);
    enter_acquired(*found.slot, caller);
  }
  return found;
}

TakenSlot take_object(State& state) noexcept {
  const Caller caller;
  BlockUse was = BlockUse::fresh;
  // A slab for the sake of those that wait is borrowed of the system only.
  bool may_take_waiting = state.upstream != nullptr;
  Found found = acquire_slot(state, caller, may_take_waiting, was);
  while (found.slot == nullptr) {
    const bool has_grown = state.grow();
    may_take_waiting = may_take_waiting || !has_grown;
    found = acquire_slot(state, caller, may_take_waiting, was);
    if (!has_grown && found.slot == nullptr)
      return {};
  }
  make_usable(state, *found.slot, was);
  return {found.slot->object, found.is_bare};
}

void* take_steady(State& state) noexcept {
  const Caller caller;
  BlockUse was = BlockUse::fresh;
  SlotRecord* slot = nullptr;
  {
    const base::Locked locked{state.lock};
    slot = pop(Objects::of(state));
    if (slot == nullptr) {
      ++state.refusals;
      return nullptr;
    }
    was = use_of(*slot);
    enter_acquired(*slot, caller);
  }
  make_usable(state, *slot, was);
  return slot->object;
}

bool is_slab_of(const State& state, const Slab& slab) noexcept {
  return (is_known_slab(slab) || is_readable_slab(state, slab)) &&
         slab.pool == &state.pool && slab.self == &slab;
}

// The record of what comes back; null: it is told why not.
SlotRecord* find(State& state, const void* p) noexcept {
  Slab& slab = Slab::of(p, state.slab_size);
  if (!is_slab_of(state, slab)) {
    tell_stray(state, p);
    return nullptr;
  }
  const std::size_t offset = slab.offset_of(p);
  if (offset / slab.stride >= slab.slots) {
    tell_stray(state, p);
    return nullptr;
  }
  SlotRecord* const slot = record_of(state, p);
  if (offset % slab.stride == 0)
    return slot;
  tell_inside(state, *slot, p);
  return nullptr;
}

// False: it is not in use; what it is instead.
bool begin_release(State& state, SlotRecord& slot, const Caller& caller,
                   Record& before) noexcept {
  const base::Locked locked{state.lock};
  before = slot.record;
  if (use_of(slot) != BlockUse::live || slot.is_closing)
    return false;
  slot.is_closing = true;
  slot.record.freed_by = caller.stack;
  slot.record.freed_on = caller.thread;
  slot.record.freed_at = caller.now;
  count_end_of(slot.record);
  return true;
}

bool may_retire(State& state, void* object) noexcept {
  SlotRecord* const slot = find(state, object);
  if (slot == nullptr)
    return false;
  Record before;
  {
    const base::Locked locked{state.lock};
    before = slot->record;
    if (use_of(*slot) == BlockUse::live && !slot->is_closing)
      return true;
  }
  tell_double_free(state, *slot, before);
  return false;
}

void close(const Objects& pool, SlotRecord& slot) noexcept {
  if (follows_sanitizer())
    end_in_shadow(pool, slot);
  else if (pool.keeps_state)
    slot.digest = digest_of(slot.object, pool.size);
  else
    fill(slot.object, pool.size, freed_fill);
}

void end_waiting(State& state, SlotRecord& slot) noexcept
    TARN_REQUIRES(state.lock) {
  slot.record.use = static_cast<unsigned>(BlockUse::free);
  state.put(slot.object, true);
}

// Memcheck tells it with the calls that it knows, before the program ends.
void tell_no_block(const SlotRecord& slot) noexcept {
  const std::byte* const object = slot.object;
  const os::Seen seen;
  os::end_block(object);
}

void put(State& state, void* object) noexcept {
  Objects& pool = Objects::of(state);
  const Caller caller;
  SlotRecord* slot = find(state, object);
  if (slot == nullptr)
    return;
  Record before;
  if (!begin_release(state, *slot, caller, before)) {
    if (follows_sanitizer())
      tell_no_block(*slot);
    return tell_double_free(state, *slot, before);
  }
  static_cast<void>(look_at(state, *slot, BlockUse::live));
  close(pool, *slot);
  if (pool.is_paged)
    hide(*slot, records_of(Slab::of(object, state.slab_size)));
  {
    const base::Locked locked{state.lock};
    slot->is_closing = false;
    slot->record.use = static_cast<unsigned>(BlockUse::quarantined);
    push(pool, *slot);
    if (pool.is_steady || pool.waiting <= pool.most_wait)
      return;
    if (!pool.is_paged)
      return end_waiting(state, *pop(pool));
    slot = pop(pool);
    // Nobody else has it until it lies in its slab.
    slot->is_closing = true;
  }
  show_if_crowded(*slot, records_of(Slab::of(slot->object, state.slab_size)));
  const base::Locked locked{state.lock};
  slot->is_closing = false;
  end_waiting(state, *slot);
}

void put_made(State& state, void* object, bool is_made) noexcept {
  const Objects& pool = Objects::of(state);
  SlotRecord& slot = *record_of(state, object);
  {
    const base::Locked locked{state.lock};
    slot.is_closing = true;
  }
  if (is_made || follows_sanitizer())
    close(pool, slot);
  else
    fill(slot.object, pool.size, fresh_fill);
  const base::Locked locked{state.lock};
  slot.is_closing = false;
  slot.record.use =
      static_cast<unsigned>(is_made ? BlockUse::free : BlockUse::fresh);
  state.put(object, is_made);
}

void began(State& state) noexcept {
  if (follows_sanitizer())
    began_in_shadow(state);
}

void took_bare(State& state, void* object) noexcept {
  if (follows_sanitizer())
    begin_in_shadow(Objects::of(state), *record_of(state, object), false);
}

void drain(State& state) noexcept TARN_REQUIRES(state.lock) {
  while (SlotRecord* const slot = pop(Objects::of(state))) {
    // One of a steady pool that nobody had yet stays fresh.
    if (use_of(*slot) == BlockUse::quarantined)
      slot->record.use = static_cast<unsigned>(BlockUse::free);
    state.put(slot->object, true);
  }
}

std::size_t waiting(const State& state) noexcept TARN_REQUIRES(state.lock) {
  return Objects::of(state).waiting;
}

std::size_t make_steady(State& state, std::size_t n) noexcept {
  const base::Locked locked{state.lock};
  std::size_t filled = 0;
  void* slot = nullptr;
  for (; filled != n && state.slabs.take_made(&slot, 1) != 0; ++filled)
    push(Objects::of(state), *record_of(state, slot));
  return filled;
}

// Records point to objects, and memcheck, which is to find those that nobody
// else does, may not read them; nor then may anybody else, as it sees it.
template <auto function>
struct Unseenly;
template <class Result, class... Arguments,
          Result (*function)(Arguments...) noexcept>
struct Unseenly<function> {
  static Result call(Arguments... arguments) noexcept TARN_UNCHECKED_LOCKS {
    const os::Unseen unseen;
    return function(arguments...);
  }
};

constexpr port::ObjectHooks object_hooks{
    .begin = begin_objects,
    .end = Unseenly<end_objects>::call,
    .forget = Unseenly<forget_objects>::call,
    .lend = Unseenly<lend_slab>::call,
    .look = Unseenly<look_at_slab>::call,
    .take_back = Unseenly<take_back_slab>::call,
    .take = Unseenly<take_object>::call,
    .put = Unseenly<put>::call,
    .may_retire = Unseenly<may_retire>::call,
    .put_made = Unseenly<put_made>::call,
    .drain = Unseenly<drain>::call,
    .waiting = waiting,
    .describe = Unseenly<describe_object>::call,
    .take_steady = Unseenly<take_steady>::call,
    .make_steady = Unseenly<make_steady>::call,
    .took_bare = Unseenly<took_bare>::call,
    .began = began,
    .begin_samples = begin_samples,
    .draw = draw_object,
    .draw_bare = draw_bare_object,
    .is_drawn = is_drawn_object,
    .end_draw = end_drawn_object,
    .keep_drawn = keep_drawn_object,
    .reap_samples = reap_samples,
    .end_samples = end_samples};

}  // namespace

void watch_objects() noexcept {
  port::the_object_hooks.store(&object_hooks, std::memory_order_release);
  watch_samples();
  static_cast<void>(add_sweeper(sweep_objects));
  static_cast<void>(add_source_of_blocks(tell_object_blocks));
}

}  // namespace tarn::check
