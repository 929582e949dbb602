// Looking at an object pool without changing it.
#include "object/state.hpp"
#include "port/world.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

using object::Shape;
using object::Slab;
using object::State;

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
  stats.unused = state.slabs.unused();
  stats.slots = stats.slabs * shape.slots;
  stats.in_use = state.slabs.taken();
  stats.ready = state.slabs.free_made();
  stats.slot = shape.stride;
  stats.wasted = stats.held - stats.slots * shape.stride;
  stats.colours = shape.colours;
  stats.slabs_made = state.made;
  stats.slabs_returned = state.made - stats.slabs;
  stats.refusals = state.refusals;
  return stats;
}

bool ObjectPoolCore::check() const noexcept {
  const State& state = State::of(*this);
  const base::Locked locked{state.lock};
  return state.slabs.check();
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
