// The clock and the hooks are this world's, by their names: what threads do at
// their end and what upkeep does are the pool's own functions.
#include "interleave/object_world.hpp"

#include "object/state.hpp"
#include "port/world.hpp"

namespace tarn {

namespace {
port::ThreadHooks hooks = {};
void (*upkeep)() noexcept = nullptr;
std::uint32_t now = 0;
}  // namespace

// What CMakeLists.txt has the room object call.
namespace port {
bool explored_set_thread_hooks(const ThreadHooks& wanted) noexcept {
  hooks = wanted;
  return true;
}
void explored_set_upkeep(void (*wanted)() noexcept) noexcept {
  upkeep = wanted;
}
std::uint32_t explored_clock_ms() noexcept {
  return now;
}
}  // namespace port

namespace interleave {
namespace {

using object::State;

constexpr unsigned nobody = most_threads;
// As long as magazines must wait to be given back (decay.cpp).
constexpr std::uint32_t interval_ms = 200;

std::size_t living = 0;  // objects

// A pool begins with its core.
State& state_of(ObjectWorld::Pool& pool) {
  return State::of(reinterpret_cast<detail::ObjectPoolCore&>(pool));
}

}  // namespace

Big::Big() noexcept : holder(nobody) {
  ++living;
}
Big::~Big() {
  require(holder == nobody, "only an object that waits is destroyed");
  --living;
}

void ObjectWorld::begin() {
  arena_.begin();
  now = 0;
  living = 0;
  for (auto& held : held_)
    held.clear();
  go_on(0);
  pool_.emplace(arena_);
  scenario_.prepare(*this);
  go_on(0);
  watch_all();
}

void ObjectWorld::watch_all() {
  State& state = state_of(*pool_);
  detail::HandTable& table = *state.table().load(std::memory_order_relaxed);
  watch_locks();
  watch(&state.lock, 1, "lock", Watch::lock);
  if (scenario_.looks != Looks::depot) {
    watch(&state.has_due, sizeof state.has_due, "due");
    watch(&state.table(), sizeof(void*), "table");
    watch(table.hands(), table.size * sizeof(void*), "at hand");
  }
  if (scenario_.looks == Looks::at_hand)
    for (const std::uint32_t number : scenario_.numbers)
      if (const object::Cache* const cache = State::caches(table)[number]) {
        watch(&cache->top, sizeof cache->top, "top");
        watch(&cache->bottom, sizeof cache->bottom, "bottom");
        watch(&cache->in_previous, sizeof cache->in_previous, "previous");
      }
  watch(&state, sizeof state, "pool", Watch::plain);
  watch(Arena::memory(), Arena::most, "memory", Watch::plain);
}

void ObjectWorld::go_on(unsigned thread) {
  me_ = thread;
  detail::thread_number = scenario_.numbers[thread];
}

void ObjectWorld::acquire(unsigned count) {
  while (count-- != 0) {
    Big* const object = pool_->acquire_raw();
    if (object == nullptr) {
      require(arena_.refuses, "an object is had while there is memory");
      return;
    }
    require(object->holder == nobody, "an object is had once");
    object->holder = me_;
    held_[me_].push_back(object);
  }
}

void ObjectWorld::release(unsigned count) {
  while (count-- != 0 && !held_[me_].empty()) {
    Big* const object = held_[me_].back();
    held_[me_].pop_back();
    require(object->holder == me_, "an object in use keeps its bytes");
    object->holder = nobody;
    pool_->release(object);
  }
}

void ObjectWorld::leave() {
  hooks.at_end();
}

void ObjectWorld::keep_up() {
  upkeep();
}

void ObjectWorld::tick() {
  now += interval_ms;
}

void ObjectWorld::look() {
  const ObjectPoolStats stats = pool_->stats();
  require(stats.ready <= 2 * stats.slots,
          "statistics are of about this moment");
}

void ObjectWorld::run_out() {
  arena_.refuses = true;
}

void ObjectWorld::leave_for(unsigned thread) {
  State& state = state_of(*pool_);
  const base::Locked locked{state.lock};
  state.leave(scenario_.numbers[thread]);
}

void ObjectWorld::look_in() TARN_UNCHECKED_LOCKS {
  require(state_of(*pool_).depot.objects() < nobody * 100,
          "a depot counts its objects");
}

void ObjectWorld::as(unsigned thread, const Action& action) {
  go_on(thread);
  action(*this);
}

void ObjectWorld::pass_on(unsigned to, unsigned count) {
  while (count-- != 0) {
    Big* const object = held_[me_].back();
    held_[me_].pop_back();
    object->holder = to;
    held_[to].push_back(object);
  }
}

void ObjectWorld::end() {
  for (unsigned i = 0; i < threads(); ++i) {
    go_on(i);
    release(static_cast<unsigned>(held_[i].size()));
  }
  const ObjectPoolStats stats = pool_->stats();
  require(stats.in_use == 0, "what was released is not in use");
  require(stats.ready == living, "no object is lost");
  require(pool_->check(), "slabs count what they have");
  pool_.reset();
  require(living == 0, "each object is destroyed once");
  require(arena_.out == 0, "all memory goes back");
}

}  // namespace interleave
}  // namespace tarn
