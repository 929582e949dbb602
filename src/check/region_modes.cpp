// How a region begins to be looked at: by the mode, by a draw, or for a
// sanitizer.
#include "check/degrade.hpp"
#include "check/escape.hpp"
#include "check/listing.hpp"
#include "check/region.hpp"
#include "check/region_graves.hpp"
#include "check/sampling.hpp"
#include "check/shadow.hpp"
#include "check/stacks.hpp"
#include "os/memory.hpp"
#include "port/check_mode.hpp"
#include "port/world.hpp"

#include <new>
#include <utility>

namespace tarn::check::regions {
namespace {

using port::lives_to_pass;
using port::RegionStart;
using port::RegionWatch;

void about_to_end(RegionWatch& watch) noexcept {
  look_for_escapes(state_of(watch));
}

bool make_room() noexcept {
  return empty_graves();
}

constexpr port::RegionHooks hooks = {.lent = lent,
                                     .allocated = allocated,
                                     .again = again,
                                     .find = find,
                                     .given_up = given_up,
                                     .resized = resized,
                                     .verify = verify_region,
                                     .ended = ended,
                                     .retire = retire,
                                     .after_mark = after_mark,
                                     .merge = merge,
                                     .make_room = make_room,
                                     .about_to_end = about_to_end,
                                     .end = end,
                                     .used_after_end = used_after_end,
                                     .tell = tell,
                                     .linger = linger};

constexpr port::RegionHooks page_hooks = [] {
  port::RegionHooks all = hooks;
  all.allocated = allocated_in_pages;
  all.again = again_in_pages;
  all.given_up = given_up_in_pages;
  return all;
}();

// Memory that is not all filled is full of old pointers, so none are looked
// for. Who ends it is told of one that is looked at.
void leave_list(RegionWatch& watch) noexcept {
  RegionState& state = state_of(watch);
  if (std::exchange(state.is_listed, false))
    static_cast<void>(unlist_pool(state.region));
}

// One that lives on would be slow for ever, and take more than the budget. Most
// requests are over by then.
void* allocated_of_drawn(RegionWatch& watch, const port::RegionBlock& made,
                         std::size_t size, std::size_t align) noexcept {
  constexpr std::uint32_t longest = 100;  // milliseconds
  void* const block = allocated(watch, made, size, align);
  RegionState& state = state_of(watch);
  state.has_enough = state.now - state.since > longest && is_overspent();
  return block;
}

// Its chunk is a guard now, and the next one in its place has pages that are to
// be touched first.
bool retire_of_drawn(RegionWatch& watch, Loan loan, std::byte* from,
                     std::byte* to, bool is_systems) noexcept {
  const bool is_taken = retire(watch, loan, from, to, is_systems);
  if (is_taken)
    spend_on_pages(detail::bytes_between(loan.memory, to) / os::page_size() +
                   1);
  return is_taken;
}

// What the sampler does is timed.
constexpr port::RegionHooks sampled_hooks = {
    .lent = Timed<lent>::call,
    .allocated = Timed<allocated_of_drawn>::call,
    .again = Timed<again>::call,
    .find = Timed<find>::call,
    .given_up = Timed<given_up>::call,
    .resized = Timed<resized>::call,
    .verify = Timed<verify_region>::call,
    .ended = Timed<ended>::call,
    .retire = Timed<retire_of_drawn>::call,
    .after_mark = Timed<after_mark>::call,
    .merge = Timed<merge>::call,
    .make_room = make_room,
    .about_to_end = leave_list,
    .end = Timed<end>::call,
    .used_after_end = used_after_end,
    .tell = tell,
    .linger = linger};

bool is_ours(const RegionWatch& watch) noexcept {
  return watch.hooks == &hooks || watch.hooks == &page_hooks ||
         watch.hooks == &sampled_hooks || watch.hooks == &shadow_hooks;
}

// What there was to be passed when this thread looked last.
constinit thread_local std::uint32_t passed = 0;

// The last one that was passed over before it began. It may begin yet, and
// after a reset that left it no chunk it asks again.
constinit thread_local const Region* passed_over = nullptr;
constinit thread_local bool is_reset_passed = false;

// The region that begins now is to be listed, and was paid for.
constinit thread_local bool is_to_list = false;

bool is_turn(const Region* region, bool is_new) noexcept {
  const bool had_its_turn = is_new && is_reset_passed && passed_over == region;
  passed_over = nullptr;
  if (lives_to_pass == 0 || samples_all())
    return true;
  if (is_new && may_list()) {
    is_to_list = true;
    passed_over = had_its_turn ? region : nullptr;
    return true;
  }
  if (!had_its_turn)
    --lives_to_pass;
  passed_over = region;
  is_reset_passed = !is_new;
  return false;
}

// The same where nothing else is asked.
bool passes(const Region* region) noexcept {
  const bool had_its_turn = passed_over == region;
  passed_over = nullptr;
  if (samples_all() || (lives_to_pass == 0 && !had_its_turn))
    return false;
  if (!had_its_turn)
    --lives_to_pass;
  return true;
}

// One life of a region is drawn, from here to its next reset. Of lives that are
// shorter than a look at the clock most are not looked at.
bool is_drawn(const RegionStart& start) noexcept {
  if (start.mode != CheckMode::sampled)
    return false;
  // Each life is passed over once, or less seem to be drawn than are.
  const bool had_its_turn = passed_over == start.region && !samples_all();
  passed_over = nullptr;
  if (had_its_turn || !is_turn(nullptr, false))
    return false;
  constexpr std::uint32_t few = 8;
  constexpr std::uint32_t many = 256;
  const bool is_hit = may_sample(port::DrawOf::regions, passed + 1);
  passed = samples_all() ? 0 : random_word() % (is_hit ? few : many);
  lives_to_pass = passed;
  return is_hit;
}

// Who made the former one ends it: another table may have been there before.
void end_former(RegionStart& start) noexcept {
  if (start.former != nullptr)
    start.former->hooks->end(*std::exchange(start.former, nullptr));
}

PoolNumber enter(const RegionStart& start) noexcept {
  PoolNumber parent = 0;
  if (start.parent != nullptr)
    parent = static_cast<const RegionState*>(start.parent)->number;
  else if (start.parent_region != nullptr)
    parent = listed_pool(start.parent_region);
  return enter_pool_at(wants_stacks() ? capture_stack() : 0, PoolKind::region,
                       start.id, parent);
}

// From its birth on, in mode sampled.
PoolNumber list(RegionStart& start) noexcept {
  const PoolNumber number = enter(start);
  start.is_listed = number != 0;
  if (start.is_listed)
    list_pool(number, start.region);
  return number;
}

PoolNumber number_for(RegionStart& start) noexcept {
  if (start.is_listed)
    return listed_pool(start.region);
  return port::is_full(start.mode) || follows_sanitizer() ? enter(start)
                                                          : list(start);
}

const port::RegionHooks* hooks_for(const RegionStart& start) noexcept {
  if (follows_sanitizer())
    return &shadow_hooks;
  if (!port::is_full(start.mode))
    return &sampled_hooks;
  // Others may not have pages of their memory guarded.
  return start.mode == CheckMode::full_page && start.is_systems ? &page_hooks
                                                                : &hooks;
}

RegionWatch* watch(RegionStart& start) noexcept {
  auto* const former = static_cast<RegionState*>(start.former);
  const port::RegionHooks* const wanted = hooks_for(start);
  const std::size_t page = wanted == &page_hooks ? os::page_size() : 0;
  if (former != nullptr) {
    former->lingers = 0;
    former->hooks = wanted;
    former->page = page;
    former->has_enough = false;
    former->since = former->now = port::clock_ms();
    former->now_left = 0;
    return former;
  }
  begin_states();
  RegionState* const state = take_state();
  if (state == nullptr) {
    degraded(Degraded::no_records);
    return nullptr;
  }
  ::new (state) RegionState{};
  state->hooks = wanted;
  state->page = page;
  state->region = start.region;
  state->since = state->now = port::clock_ms();
  state->number = number_for(start);
  state->is_listed = start.is_listed;
  link(*state);
  return state;
}

RegionWatch* begin(RegionStart& start) noexcept {
  if (start.former != nullptr && !is_ours(*start.former))
    end_former(start);
  if (port::is_full(start.mode) || follows_sanitizer())
    return watch(start);
  const bool lists = std::exchange(is_to_list, false);
  if (!is_drawn(start)) {
    end_former(start);
    if (start.mode == CheckMode::sampled && start.is_new && !start.is_listed &&
        (lists || may_list()))
      static_cast<void>(list(start));
    return nullptr;
  }
  const Spending spending;
  RegionWatch* const drawn = watch(start);
  count_sample(port::DrawOf::regions, drawn == nullptr);
  return drawn;
}

void tell_held(const Region* region, std::size_t bytes) noexcept {
  listed_pool_holds(region, bytes);
}

void end_listed(const Region* region) noexcept {
  leave_pool_unseen(unlist_pool(region));
}

constexpr port::RegionListHooks list_hooks{tell_held, end_listed};

}  // namespace

void install() noexcept {
  port::region_list.store(&list_hooks, std::memory_order_release);
  port::region_begin.store(begin, std::memory_order_release);
  port::region_turn.store(is_turn, std::memory_order_release);
  port::region_passes.store(passes, std::memory_order_release);
}

}  // namespace tarn::check::regions
