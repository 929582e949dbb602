#include "check/object_samples.hpp"

#include "base/spin_lock.hpp"
#include "check/arena.hpp"
#include "check/live_blocks.hpp"
#include "check/lives.hpp"
#include "check/sampling.hpp"
#include "check/stacks.hpp"
#include "os/memory.hpp"
#include "port/check_mode.hpp"
#include "port/world.hpp"
#include "thread/table.hpp"

#include <new>

namespace tarn::check {
namespace {

using detail::TakenSlot;
using object::Slab;
using object::State;

// Two pages each, and what the objects have: so few that nobody misses it.
constexpr unsigned most_drawn = 16;
// Of a pool with a reserve, which may construct none when it is used.
constexpr unsigned drawn_in_reserve = 4;

enum class Where : std::uint8_t {
  nowhere,  ///< it has no room
  moving,   ///< one thread makes it ready, or takes it back
  waiting,  ///< for its next use
  out       ///< somebody has it, or it lies in a magazine
};

struct Drawn {
  GuardedSlot* slot;
  Where where;
  bool is_made;
  bool is_hidden;
  bool is_in_magazine;  // when somebody looked last
  std::uint32_t turn;   // when it began to wait
};

struct Samples {
  Samples* next;  // that is nobody's
  CheckMode checks;
  PoolNumber number;
  std::size_t size;
  std::size_t align;
  std::size_t slab;
  bool constructs;
  // The pool's lock.
  std::uint32_t turns;
  Drawn all[most_drawn];

  [[nodiscard]] static Samples& of(const State& state) noexcept {
    return *static_cast<Samples*>(state.samples);
  }
};

// Those of pools that ended.
constinit base::SpinLock unused_lock;
constinit Samples* unused_samples TARN_GUARDED_BY(unused_lock) = nullptr;

void hold_samples() noexcept TARN_UNCHECKED_LOCKS {
  unused_lock.lock();
}

void let_samples_go() noexcept TARN_UNCHECKED_LOCKS {
  unused_lock.unlock();
}

void* take_unused_samples() noexcept {
  {
    const base::Locked locked{unused_lock};
    if (Samples* const samples = unused_samples) {
      unused_samples = samples->next;
      return samples;
    }
  }
  return keep(sizeof(Samples));
}

Drawn* find(Samples& pool, Where where) noexcept {
  Drawn* found = nullptr;
  for (Drawn& one : pool.all)
    if (one.where == where && (found == nullptr || one.turn < found->turn))
      found = &one;
  return found;
}

Drawn* find(Samples& pool, const GuardedSlot* slot) noexcept {
  for (Drawn& one : pool.all)
    if (one.slot == slot && one.where != Where::nowhere)
      return &one;
  return nullptr;
}

// One that waits for longest; now and then, as long as there are few, another.
Drawn* choose(State& state, bool may_make) noexcept {
  constexpr std::uint32_t uses_of_each = 8;
  Samples& pool = Samples::of(state);
  const base::Locked locked{state.lock};
  Drawn* one = find(pool, Where::waiting);
  // Who reserved was promised that nothing is constructed.
  if (may_make && (!pool.constructs || state.least_slabs == 0) &&
      (one == nullptr || random_word() % uses_of_each == 0 || samples_all()))
    if (Drawn* const another = find(pool, Where::nowhere))
      one = another;
  if (one == nullptr)
    return nullptr;
  state.guarded += one->where == Where::nowhere ? 1 : 0;
  one->where = Where::moving;
  return one;
}

void move(State& state, Drawn& one, Where where) noexcept {
  const base::Locked locked{state.lock};
  if (where == Where::out)
    state.drawn_out.fetch_add(1, std::memory_order_relaxed);
  if (where == Where::waiting)
    one.turn = ++Samples::of(state).turns;
  if (where == Where::nowhere) {
    --state.guarded;
    one = {};
  }
  one.where = where;
}

// The head that leads from the object to its pool.
void start_slab(State& state, std::byte* memory,
                const std::byte* object) noexcept {
  auto& slab = *::new (memory) Slab{};
  slab.pool = &state.pool;
  slab.self = &slab;
  slab.slots = 1;
  slab.first =
      static_cast<std::uint32_t>(detail::bytes_between(memory, object));
  slab.stride = static_cast<std::uint32_t>(state.slab_size) - slab.first;
}

bool make(State& state, Drawn& one) noexcept {
  const Samples& pool = Samples::of(state);
  const unsigned row = row_for(pool.slab, pool.align);
  GuardedSlot* const slot =
      row == guarded_rows ? nullptr : take_room(row, pool.number);
  if (slot == nullptr)
    return false;
  slot->use.store(SlotUse::opening, std::memory_order_relaxed);
  std::byte* const end = room_of(*slot) + room_size(row);
  std::byte* const memory = end - pool.slab;
  const std::size_t page = os::page_size();
  slot->block = end - detail::stride_of(pool.size, pool.align);
  slot->opened = memory - detail::address_of(memory) % page;
  slot->front = memory + detail::slab_head;
  if (!begin_block(*slot, pool.number,
                   {pool.size, pool.align, port::BlockFamily::pool, false},
                   capture_stack()))
    return false;
  start_slab(state, memory, slot->block);
  // Others look through all for theirs.
  const base::Locked locked{state.lock};
  one = {slot, Where::moving, !pool.constructs, false, false, 0};
  return true;
}

std::size_t opened_size(const GuardedSlot& slot) noexcept {
  return detail::bytes_between(slot.opened, opened_end(slot));
}

void show(Drawn& one) noexcept {
  if (!one.is_hidden)
    return;
  static_cast<void>(
      os::make_writable(one.slot->opened, opened_size(*one.slot)));
  one.is_hidden = false;
}

void look(const Drawn& one) noexcept {
  if (const SlotDamage damage = slot_damage(*one.slot)) [[unlikely]]
    tell_slot_damage(*one.slot, damage);
}

// Of one that waits.
void open(Drawn& one) noexcept {
  GuardedSlot& slot = *one.slot;
  show(one);
  slot.record.use = static_cast<std::uint64_t>(BlockUse::live);
  slot.record.allocated_by = capture_stack();
  slot.record.allocated_on = static_cast<std::uint16_t>(port::thread_index());
  slot.record.allocated_at = port::clock_ms();
  slot.use.store(SlotUse::live, std::memory_order_release);
}

// What is given back is none of the pool's that is out.
void tell(State& state, GuardedSlot* slot, const void* p) noexcept {
  const PoolNumber number = Samples::of(state).number;
  if (slot != nullptr && slot->block == p && slot->record.pool != number)
    return tell_slot_of_other(number, *slot);
  tell_no_block(number, p);
}

// Null: it is told why not.
Drawn* begin_end(State& state, void* p) noexcept {
  GuardedSlot* const slot = guarded_slots_at(p).page;
  {
    const base::Locked locked{state.lock};
    Drawn* const one = find(Samples::of(state), slot);
    if (one != nullptr && one->where == Where::out && slot->block == p) {
      one->where = Where::moving;
      state.drawn_out.fetch_sub(1, std::memory_order_relaxed);
      return one;
    }
  }
  tell(state, slot, p);
  return nullptr;
}

void end(State& state, Drawn& one) noexcept {
  show(one);
  look(one);
  if (one.is_made && state.destroy != nullptr)
    state.destroy(one.slot->block);
  if (one.slot->use.load(std::memory_order_acquire) == SlotUse::live)
    enter_return(*one.slot);
  end_block(*one.slot);
  move(state, one, Where::nowhere);
}

void note_in_magazine(void* with, const void* slot) noexcept {
  Samples& pool = *static_cast<Samples*>(with);
  if (Drawn* const one = find(pool, guarded_slots_at(slot).page))
    one->is_in_magazine = true;
}

// Looks at all that threads and the depot have, so only where some have been
// out for as long as makes them old.
void find_in_magazines(const State& state, Samples& pool) noexcept
    TARN_REQUIRES(state.lock) {
  bool is_any_old = false;
  for (Drawn& one : pool.all) {
    one.is_in_magazine = false;
    is_any_old |=
        one.where == Where::out &&
        port::clock_ms() - one.slot->record.allocated_at > least_age_ms;
  }
  if (is_any_old)
    state.find_drawn(note_in_magazine, &pool);
}

Drawn* choose_to_end(State& state, Where where) noexcept {
  const base::Locked locked{state.lock};
  Drawn* const one = find(Samples::of(state), where);
  if (one != nullptr)
    one->where = Where::moving;
  return one;
}

}  // namespace

void* begin_samples(const detail::ObjectKind& kind, CheckMode checks,
                    std::uint32_t id) noexcept {
  void* const memory = take_unused_samples();
  if (memory == nullptr)
    return nullptr;
  auto& pool = *::new (memory) Samples{};
  pool.checks = checks;
  pool.size = kind.size;
  pool.align = kind.align;
  pool.slab = kind.slab;
  pool.constructs = kind.constructs;
  pool.number = enter_pool(PoolKind::object_pool, id);
  strike_objects_too();
  return &pool;
}

TakenSlot draw_object(State& state) noexcept {
  if (port::mode_of(Samples::of(state).checks) != CheckMode::sampled)
    return {};
  const Spending spending;
  Drawn* one = choose(state, true);
  if (one != nullptr && one->slot == nullptr && !make(state, *one)) {
    move(state, *one, Where::nowhere);
    one = choose(state, false);
  }
  count_sample(port::DrawOf::objects, one == nullptr);
  if (one == nullptr)
    return {};
  // One that was kept, by somebody who could not look.
  if (!one->is_hidden)
    look(*one);
  open(*one);
  const bool is_bare = !one->is_made;
  one->is_made = true;
  move(state, *one, Where::out);
  return {one->slot->block, is_bare};
}

void* draw_bare_object(State& state) noexcept {
  Samples& pool = Samples::of(state);
  Drawn* one = nullptr;
  {
    const base::Locked locked{state.lock};
    one =
        state.guarded < drawn_in_reserve ? find(pool, Where::nowhere) : nullptr;
    if (one == nullptr)
      return nullptr;
    ++state.guarded;
    one->where = Where::moving;
  }
  const Spending spending;
  if (!make(state, *one)) {
    move(state, *one, Where::nowhere);
    return nullptr;
  }
  move(state, *one, Where::out);
  return one->slot->block;
}

bool is_drawn_object(const void* slot) noexcept {
  return is_in_guarded_slots(slot);
}

void end_drawn_object(State& state, void* slot) noexcept {
  const Spending spending;
  Drawn* const one = begin_end(state, slot);
  if (one == nullptr)
    return;
  look(*one);
  enter_return(*one->slot);
  one->slot->use.store(SlotUse::freed, std::memory_order_release);
  one->is_hidden = os::protect(one->slot->opened, opened_size(*one->slot));
  move(state, *one, Where::waiting);
}

void keep_drawn_object(State& state, void* slot, bool is_made) noexcept
    TARN_REQUIRES(state.lock) {
  GuardedSlot* const home = guarded_slots_at(slot).page;
  Drawn* const one = find(Samples::of(state), home);
  if (one == nullptr || one->where != Where::out || home->block != slot)
    return tell(state, home, slot);
  state.drawn_out.fetch_sub(1, std::memory_order_relaxed);
  one->is_made = is_made;
  one->where = Where::waiting;
  one->turn = 0;
}

void reap_samples(State& state) noexcept {
  while (Drawn* const one = choose_to_end(state, Where::waiting))
    end(state, *one);
}

void end_samples(State& state) noexcept {
  reap_samples(state);
  Samples& pool = Samples::of(state);
  // Those that somebody has still were told already.
  end_guarded_slots(pool.number);
  leave_pool(pool.number);
  const base::Locked locked{unused_lock};
  pool.next = unused_samples;
  unused_samples = &pool;
}

void watch_samples() noexcept {
  static_cast<void>(thread::at_fork({.prepare = hold_samples,
                                     .in_parent = let_samples_go,
                                     .in_child = let_samples_go}));
}

// Whether somebody has one, or it lies in a magazine, is not asked, so all of
// them are told as waiting: what they hold may be of an earlier use.
void tell_drawn_objects(State& state, LookAtBlock look, void* context) noexcept
    TARN_REQUIRES(state.lock) {
  for (Drawn& one : Samples::of(state).all) {
    const bool is_out = one.where == Where::out;
    if (!is_out && (one.where != Where::waiting || !one.is_made))
      continue;
    show(one);
    look(context,
         {one.slot->block, one.slot->record.size, one.slot->record.pool,
          &one.slot->record, true, false, true});
  }
}

void each_drawn_object(const State& state,
                       void (*visit)(void* with, std::byte* object,
                                     const Record& record),
                       void* with) noexcept TARN_REQUIRES(state.lock) {
  Samples& pool = Samples::of(state);
  find_in_magazines(state, pool);
  for (const Drawn& one : pool.all)
    if (one.where == Where::out && !one.is_in_magazine)
      visit(with, one.slot->block, one.slot->record);
}

}  // namespace tarn::check
