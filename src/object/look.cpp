// Looking at an object pool without changing it.
#include "object/state.hpp"
#include "port/world.hpp"

namespace tarn {
namespace object {

std::size_t State::objects_at_hand() const noexcept {
  HandTable& present = *table().load(std::memory_order_relaxed);
  std::size_t objects = 0;
  for (std::uint32_t number = 0; number < present.size; ++number)
    if (const Cache* const cache = caches(present)[number])
      // Of a thread that changes its magazines the two ends may be of both.
      objects += base::smaller(cache->count(), capacity) + cache->in_previous;
  return objects;
}

}  // namespace object

inline namespace v1 {
namespace detail {

using object::Shape;
using object::Slab;
using object::State;
using object::SteadyStack;

bool ObjectPoolCore::owns(const void* p) const noexcept {
  const State& state = State::of(*this);
  return p != nullptr && Slab::of(p, state.slab_size).pool == this;
}

const char* ObjectPoolCore::name() const noexcept {
  return port::pool_name(State::of(*this).id);
}

ObjectPoolStats ObjectPoolCore::stats() const noexcept {
  const State& state = State::of(*this);
  const base::Locked locked{state.lock};
  const Shape& shape = state.slabs.shape();
  ObjectPoolStats stats;
  stats.slabs = state.slabs.count();
  stats.held = stats.slabs * shape.size;
  stats.own = state.parts.bytes();
  stats.unused = state.slabs.unused();
  stats.slots = state.slabs.slots() + state.guarded;
  stats.at_hand = state.objects_at_hand() + state.objects_of_processors();
  stats.in_depot = state.depot.objects() + state.waiting();
  const std::size_t in_magazines = stats.at_hand + stats.in_depot;
  // While others work the sum may be of different moments.
  const std::size_t out = state.drawn_out.load(std::memory_order_relaxed);
  const std::size_t taken = state.slabs.taken() + out;
  stats.in_use = taken > in_magazines ? taken - in_magazines : 0;
  stats.ready = state.slabs.free_made() + in_magazines + (state.guarded - out);
  stats.slot = shape.stride;
  stats.wasted = stats.held - (stats.slots - state.guarded) * shape.stride;
  stats.colours = shape.colours;
  stats.slabs_made = state.made;
  stats.slabs_returned = state.made - stats.slabs;
  stats.refusals = state.refusals;
  if (const SteadyStack* const steady =
          state.steady.load(std::memory_order_acquire)) {
    stats.own += steady->lent();
    stats.refusals += steady->refusals();
  }
  stats.magazine = state.has_magazines ? state.capacity : 0;
  stats.per_cpu = state.processor_count != 0 && state.checks == nullptr;
  stats.trips = state.trips;
  stats.contended = state.contended;
  return stats;
}

bool ObjectPoolCore::check() const noexcept {
  const State& state = State::of(*this);
  const base::Locked locked{state.lock};
  return state.slabs.check() && state.parts.check();
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
