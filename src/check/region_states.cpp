// All checked regions that live, and their beginning and end.
#include "tarn/region.hpp"

#include "base/memory_orders.hpp"
#include "check/arena.hpp"
#include "check/degrade.hpp"
#include "check/escape.hpp"
#include "check/guarded.hpp"
#include "check/kept_reachable.hpp"
#include "check/live_blocks.hpp"
#include "check/region.hpp"
#include "check/region_graves.hpp"
#include "check/sampling.hpp"
#include "check/shadow.hpp"
#include "check/stacks.hpp"
#include "check/sweep.hpp"
#include "os/process.hpp"
#include "os/roots.hpp"
#include "port/check_mode.hpp"
#include "port/world.hpp"
#include "thread/table.hpp"

#include <new>
#include <utility>

namespace tarn::check::regions {
namespace {

using port::RegionStart;
using port::RegionWatch;

using base::relaxed;

constinit base::SpinLock states_lock;
constinit RegionState* living_states TARN_GUARDED_BY(states_lock) = nullptr;

// Those that ended, oldest first: used again late, so that a call on a region
// that ended meets what it had.
constexpr unsigned fewest_unused = 1024;
constinit RegionState* oldest_unused TARN_GUARDED_BY(states_lock) = nullptr;
constinit RegionState* newest_unused TARN_GUARDED_BY(states_lock) = nullptr;
constinit unsigned unused_states TARN_GUARDED_BY(states_lock) = 0;

RegionState* take_unused() noexcept TARN_REQUIRES(states_lock) {
  if (unused_states <= fewest_unused)
    return nullptr;
  RegionState* const state = oldest_unused;
  oldest_unused = state->next;
  --unused_states;
  return state;
}

}  // namespace

RegionState* take_state() noexcept {
  {
    const base::Locked locked{states_lock};
    if (RegionState* const state = take_unused())
      return state;
  }
  return static_cast<RegionState*>(keep(sizeof(RegionState)));
}

void link(RegionState& state) noexcept {
  const base::Locked locked{states_lock};
  state.before = nullptr;
  state.next = living_states;
  if (living_states != nullptr)
    living_states->before = &state;
  living_states = &state;
}

namespace {

void unlink(RegionState& state) noexcept {
  const base::Locked locked{states_lock};
  (state.before != nullptr ? state.before->next : living_states) = state.next;
  if (state.next != nullptr)
    state.next->before = state.before;
  state.next = nullptr;
  (unused_states == 0 ? oldest_unused : newest_unused->next) = &state;
  newest_unused = &state;
  ++unused_states;
}

void look_at_living(void (*look)(void* context, RegionState& state) noexcept,
                    void* context) noexcept TARN_REQUIRES(states_lock) {
  for (RegionState* state = living_states; state != nullptr;
       state = state->next)
    if (state->lock.try_lock()) {
      look(context, *state);
      state->lock.unlock();
    }
}

void hold_region_states() noexcept TARN_UNCHECKED_LOCKS {
  states_lock.lock();
  hold_graves();
  hold_shadow_graves();
  hold_kept();
}

void release_region_states() noexcept TARN_UNCHECKED_LOCKS {
  let_kept_go();
  let_shadow_graves_go();
  let_graves_go();
  states_lock.unlock();
}

struct Touch {
  const std::byte* place;
  Finding* finding;
  bool is_write;
  bool is_known;
};

// Pages that a rewind ended lie in a chunk that lives.
void look_inside(void* context, RegionState& state) noexcept {
  auto& touch = *static_cast<Touch*>(context);
  for (Extent* extent = state.extents; extent != nullptr && !touch.is_known;
       extent = extent->older) {
    if (extent->guards == 0 || !extent->contains(touch.place))
      continue;
    Entry* const entry = nearest_entry(*extent, touch.place);
    if (entry == nullptr || entry->record.spare == 0)
      continue;
    touch.is_known = true;
    if (use_of(*entry) == BlockUse::live) {
      write_touch(*touch.finding, *extent, *entry, touch.place, touch.is_write);
      continue;
    }
    const bool is_free = (entry->record.spare & was_given_up) != 0;
    write_late_use(
        *touch.finding,
        {extent->memory, extent->size, nullptr, nullptr, extent, state.number,
         is_free ? port::RegionEnd::free : port::RegionEnd::rewind, 0,
         entry->record.freed_at, 0, false},
        touch.place, nullptr);
  }
}

// In a signal handler, so that it waits for nobody for long.
bool is_inside_guard(const std::byte* p, bool is_write,
                     Finding& finding) noexcept TARN_UNCHECKED_LOCKS {
  constexpr unsigned most_tries = 10000;
  Touch touch{p, &finding, is_write, false};
  for (unsigned i = 0; i < most_tries; ++i) {
    if (!states_lock.try_lock())
      continue;
    look_at_living(look_inside, &touch);
    states_lock.unlock();
    break;
  }
  return touch.is_known;
}

bool is_region_guard(const void* address, bool is_write,
                     Finding& finding) noexcept {
  Grave grave;
  const auto* const p = static_cast<const std::byte*>(address);
  if (!find_grave(p, false, grave))
    return is_inside_guard(p, is_write, finding);
  write_late_use(finding, grave, p, nullptr);
  return true;
}

}  // namespace

void lent(RegionWatch& watch, Loan loan, bool is_large) noexcept {
  RegionState& state = state_of(watch);
  pool_holds(state.number, state.region->held());
  // One entry for a large block.
  const std::size_t wanted = is_large ? 4 * KiB : loan.size;
  const Loan own = port::system_lend({.size = wanted});
  if (!own) {
    degraded(Degraded::no_records);
    return;
  }
  auto* const extent = ::new (own.memory)
      Extent{loan.memory,
             loan.size,
             nullptr,
             own.size,
             {0},
             is_large ? 1
                      : static_cast<std::uint32_t>((own.size - sizeof(Extent)) /
                                                   sizeof(Entry)),
             state.number,
             is_large,
             0};
  const base::Locked locked{state.lock};
  extent->older = state.extents;
  state.extents = extent;
}

void verify_region(RegionWatch& watch) noexcept {
  for (Extent* extent = state_of(watch).extents; extent != nullptr;
       extent = extent->older)
    static_cast<void>(verify_all(*extent, extent->memory));
}

void merge(RegionWatch* into, RegionWatch& from_watch) noexcept {
  RegionState& from = state_of(from_watch);
  forget_given_up(from);
  Extent* extents = nullptr;
  {
    const base::Locked locked{from.lock};
    extents = from.extents;
    from.extents = from.last_found = nullptr;
  }
  if (into == nullptr) {
    while (extents != nullptr) {
      Extent* const older = extents->older;
      drop(extents);
      extents = older;
    }
    return;
  }
  RegionState& state = state_of(*into);
  const base::Locked locked{state.lock};
  Extent** link = &extents;
  for (; *link != nullptr; link = &(*link)->older)
    (*link)->pool = state.number;
  *link = state.extents;
  state.extents = extents;
}

void end(RegionWatch& watch) noexcept {
  RegionState& state = state_of(watch);
  if (!state.is_listed)
    leave_pool(state.number);
  state.region = nullptr;
  while (state.extents != nullptr) {
    Extent* const extent = state.extents;
    state.extents = extent->older;
    drop(extent);
  }
  unlink(state);
}

void tell(RegionWatch& watch, Fault fault, const base::Line& line) noexcept {
  Finding found{.fault = fault};
  found.line = line;
  found.pool = state_of(watch).number;
  report(found);
}

void used_after_end(RegionWatch& watch, const Region* region) noexcept {
  Finding found{.fault = Fault::use_after_end};
  found.line << "use of ";
  if (watch.region == nullptr)
    write_pool(found.line, state_of(watch).number);
  else
    found.line << "a region";
  found.line << " after its end";
  found.place = reinterpret_cast<const std::byte*>(region);
  found.pool = watch.region == nullptr ? state_of(watch).number : 0;
  report(found);
}

// What the one before does meanwhile, if it goes on, is seen. Each region
// lingers a few times only.
std::uint32_t linger(RegionWatch& watch, std::uint32_t user) noexcept {
  constexpr unsigned most_lingers = 16;
  constexpr unsigned rounds = 64;
  RegionState& state = state_of(watch);
  const std::uint32_t last = watch.last_user.exchange(user, relaxed);
  if (last == 0 || state.lingers >= most_lingers)
    return 0;
  ++state.lingers;
  for (unsigned round = 0; round < rounds; ++round)
    base::back_off(0);
  return last;
}

namespace {

struct Telling {
  LookAtBlock look;
  void* context;
};

void tell_blocks_of(void* context, RegionState& state) noexcept {
  const auto& telling = *static_cast<const Telling*>(context);
  for (Extent* extent = state.extents; extent != nullptr;
       extent = extent->older) {
    // The region itself points to where its next block may be, also behind all.
    telling.look(telling.context, {extent->memory, extent->size + 1,
                                   state.number, nullptr, true, true});
    const std::uint32_t count = extent->count.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; i < count; ++i) {
      const Entry& entry = extent->entries()[i];
      if (use_of(entry) == BlockUse::live)
        telling.look(telling.context,
                     {block_of(*extent, entry), entry.record.size, state.number,
                      &entry.record, true});
    }
  }
}

void tell_blocks(LookAtBlock look, void* context) noexcept {
  Telling telling{look, context};
  for_each_region(tell_blocks_of, &telling);
}

void tell_handle_of(void* context, RegionState& state) noexcept {
  const auto& telling = *static_cast<const Telling*>(context);
  if (state.region != nullptr)
    tell_handle(telling.look, telling.context, state.region, sizeof(Region),
                state.number);
}

void sweep_one(void* told, RegionState& state) noexcept {
  // Its owner may be at a block just now.
  const std::uint32_t user = state.last_user.load(relaxed);
  if (user != this_thread() + 1u && !os::is_only_thread())
    return;
  for (Extent* extent = state.extents; extent != nullptr;
       extent = extent->older)
    *static_cast<std::size_t*>(told) += verify_all(*extent, extent->memory);
}

std::size_t sweep() noexcept {
  std::size_t told = verify_graves();
  for_each_region(sweep_one, &told);
  return told;
}

}  // namespace

void watch_region_states() noexcept {
  static_cast<void>(thread::at_fork(
      {hold_region_states, release_region_states, release_region_states}));
}

void begin_states() noexcept {
  // Once; orders nothing.
  static constinit std::atomic<bool> has_begun{false};
  if (has_begun.load(relaxed) || has_begun.exchange(true, relaxed))
    return;
  // It has SIGSEGV, and there is nothing of ours to be swept.
  if (follows_sanitizer())
    return;
  watch_guards(is_region_guard);
  static_cast<void>(add_sweeper(sweep));
  static_cast<void>(add_source_of_blocks(tell_blocks));
}

void for_each_region(void (*look)(void* context, RegionState& state) noexcept,
                     void* context) noexcept {
  const base::Locked locked{states_lock};
  look_at_living(look, context);
}

Extent* extent_of(RegionState& state, const std::byte* p) noexcept {
  Extent* extent = state.last_found;
  if (extent != nullptr && extent->contains(p))
    return extent;
  extent = state.extents;
  while (extent != nullptr && !extent->contains(p))
    extent = extent->older;
  state.last_found = extent;
  return extent;
}

void note_freed(RegionState& state, Record& record) noexcept {
  record.use = static_cast<std::uint64_t>(BlockUse::quarantined);
  record.freed_by = capture_stack();
  record.freed_on = this_thread();
  record.freed_at = state.now;
}

}  // namespace tarn::check::regions

namespace tarn::check {

void tell_region_handles(LookAtBlock look, void* context) noexcept {
  regions::Telling telling{look, context};
  regions::for_each_region(regions::tell_handle_of, &telling);
}

}  // namespace tarn::check
