#include "interleave/steady_world.hpp"

#include "object/state.hpp"
#include "port/world.hpp"

// What CMakeLists.txt has the room object call; a steady pool needs none of it.
namespace tarn::port {
bool explored_set_thread_hooks(const ThreadHooks&) noexcept {
  return true;
}
void explored_set_upkeep(void (*)() noexcept) noexcept {}
std::uint32_t explored_clock_ms() noexcept {
  return 0;
}
}  // namespace tarn::port

namespace tarn::interleave {
namespace {

using object::State;
using object::SteadyStack;

constexpr unsigned nobody = most_threads;

std::size_t living = 0;  // objects

// A pool begins with its core.
State& state_of(SteadyWorld::Pool& pool) {
  return State::of(reinterpret_cast<detail::ObjectPoolCore&>(pool));
}

}  // namespace

Voice::Voice() noexcept : holder(nobody) {
  ++living;
}

void SteadyWorld::begin() {
  arena_.begin();
  for (auto& held : held_)
    held.clear();
  living = 0;
  pool_.emplace(arena_);
  if (scenario_.reserved != 0)
    reserve(scenario_.reserved);
  for (unsigned i = 0; i < heads; ++i) {
    go_on(i);
    for (unsigned count = 0; count < scenario_.hold[i]; ++count)
      acquire();
  }
  watch_all();
  arena_.tells_of_loans = true;
}

void SteadyWorld::watch_all() {
  State& state = state_of(*pool_);
  watch_locks();
  watch(&state.lock, 1, "lock", Watch::lock);
  watch(&state.steady, sizeof state.steady, "steady");
  if (SteadyStack* const steady = state.steady.load()) {
    // It begins with the head; the last that was lent are its first nodes.
    watch(steady, sizeof(SteadyStack::Word), "head");
    if (scenario_.looks == Looks::nodes)
      watch(arena_.last.memory, arena_.last.size, "node");
  }
  watch(&state, sizeof state, "pool", Watch::plain);
  watch(Arena::memory(), Arena::most, "memory", Watch::plain);
}

void SteadyWorld::acquire() {
  Voice* const voice = pool_->acquire_raw();
  if (voice == nullptr) {
    require(scenario_.may_run_out, "whoever keeps to its share gets it");
    return;
  }
  require(voice->holder == nobody, "an object is had once");
  voice->holder = me_;
  held_[me_].push_back(voice);
}

void SteadyWorld::release() {
  std::vector<Voice*>& held = held_[me_];
  if (held.empty())
    return;
  Voice* const voice = held.front();
  held.erase(held.begin());
  require(voice->holder == me_, "an object in use keeps its bytes");
  voice->holder = nobody;
  pool_->release(voice);
}

void SteadyWorld::reserve(std::size_t more) {
  const std::size_t made = pool_->stats().ready;
  require(pool_->reserve(made + more), "there is memory for more");
}

void SteadyWorld::look() {
  const ObjectPoolStats stats = pool_->stats();
  require(stats.ready <= stats.slots, "statistics are of about this moment");
}

// When all is back, each object is had once more, and then none.
void SteadyWorld::end() {
  for (unsigned i = 0; i < threads(); ++i) {
    go_on(i);
    while (!held_[i].empty())
      release();
  }
  const ObjectPoolStats stats = pool_->stats();
  require(stats.in_use == 0, "what was released is not in use");
  require(stats.ready == living, "no object is lost");
  go_on(0);
  for (std::size_t i = 0; i < stats.in_depot; ++i) {
    Voice* const voice = pool_->acquire_raw();
    require(voice != nullptr && voice->holder == nobody,
            "each object in the stack is there once");
    voice->holder = me_;
    held_[me_].push_back(voice);
  }
  require(pool_->acquire_raw() == nullptr,
          "and none is there that is nobody's");
  while (!held_[me_].empty())
    release();
  require(pool_->check(), "slabs count what they have");
  pool_.reset();
  require(arena_.out == 0, "all memory goes back");
}

}  // namespace tarn::interleave
