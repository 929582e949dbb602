// How a region begins to be looked at: by the mode, by a draw, or for a
// sanitizer.
#include "check/degrade.hpp"
#include "check/escape.hpp"
#include "check/region.hpp"
#include "check/region_graves.hpp"
#include "check/sampling.hpp"
#include "check/shadow.hpp"
#include "check/stacks.hpp"
#include "port/check_mode.hpp"

#include <new>
#include <utility>

namespace tarn::check::regions {
namespace {

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

// Memory that is not all filled is full of old pointers.
void find_nothing(RegionWatch&) noexcept {}

// What the sampler does is timed.
constexpr port::RegionHooks sampled_hooks = {
    .lent = Timed<lent>::call,
    .allocated = Timed<allocated>::call,
    .again = Timed<again>::call,
    .find = Timed<find>::call,
    .given_up = Timed<given_up>::call,
    .resized = Timed<resized>::call,
    .verify = Timed<verify_region>::call,
    .ended = Timed<ended>::call,
    .retire = Timed<retire>::call,
    .after_mark = Timed<after_mark>::call,
    .merge = Timed<merge>::call,
    .make_room = make_room,
    .about_to_end = find_nothing,
    .end = Timed<end>::call,
    .used_after_end = used_after_end,
    .tell = tell,
    .linger = linger};

bool is_ours(const RegionWatch& watch) noexcept {
  return watch.hooks == &hooks || watch.hooks == &sampled_hooks ||
         watch.hooks == &shadow_hooks;
}

// Starts that this thread passes over before it looks whether one is drawn.
constinit thread_local std::uint32_t to_pass = 0;
constinit thread_local std::uint32_t passed = 0;

bool is_turn() noexcept {
  if (to_pass == 0 || samples_all())
    return true;
  --to_pass;
  return false;
}

// One life of a region is drawn, from here to its next reset. Of lives that are
// shorter than a look at the clock most are not looked at.
bool is_drawn(CheckMode mode) noexcept {
  if (mode != CheckMode::sampled || !is_turn())
    return false;
  constexpr std::uint32_t few = 8;
  constexpr std::uint32_t many = 256;
  const bool is_hit = may_sample(passed + 1);
  to_pass = passed = random_word() % (is_hit ? few : many);
  return is_hit;
}

RegionWatch* watch(const RegionStart& start) noexcept;

// Who made the former one ends it: another table may have been there before.
void end_former(RegionStart& start) noexcept {
  if (start.former != nullptr)
    start.former->hooks->end(*std::exchange(start.former, nullptr));
}

RegionWatch* begin(const RegionStart& asked) noexcept {
  RegionStart start = asked;
  if (start.former != nullptr && !is_ours(*start.former))
    end_former(start);
  if (port::is_full(start.mode) || follows_sanitizer())
    return watch(start);
  if (!is_drawn(start.mode)) {
    end_former(start);
    return nullptr;
  }
  const Spending spending;
  RegionWatch* const drawn = watch(start);
  count_sample(drawn == nullptr);
  return drawn;
}

RegionWatch* watch(const RegionStart& start) noexcept {
  auto* const former = static_cast<RegionState*>(start.former);
  const port::RegionHooks* const wanted = follows_sanitizer() ? &shadow_hooks
                                          : port::is_full(start.mode)
                                              ? &hooks
                                              : &sampled_hooks;
  if (former != nullptr) {
    former->lingers = 0;
    former->hooks = wanted;
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
  state->region = start.region;
  const StackId site = wants_stacks() ? capture_stack() : 0;
  const auto* const parent = static_cast<const RegionState*>(start.parent);
  state->number = enter_pool_at(site, PoolKind::region, start.id,
                                parent == nullptr ? 0 : parent->number);
  link(*state);
  return state;
}

}  // namespace

void install() noexcept {
  port::region_begin.store(begin, std::memory_order_release);
  port::region_turn.store(is_turn, std::memory_order_release);
}

}  // namespace tarn::check::regions
