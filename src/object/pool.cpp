// The slow half of an object pool: slabs are borrowed and given back outside of
// the lock, and so are objects destroyed, which is the program's code.
#include "base/order.hpp"
#include "object/state.hpp"
#include "port/world.hpp"

namespace tarn {
namespace object {

bool State::grow() noexcept {
  const Ask ask{slab_size, slab_size, PoolKind::object_pool, false, id};
  const Loan loan =
      upstream != nullptr ? upstream->lend(ask) : port::system_lend(ask);
  const base::Locked locked{lock};
  if (!loan) {
    ++refusals;
    return false;
  }
  slabs.add(loan, pool);
  ++made;
  return true;
}

std::size_t State::end(Slab& slab) noexcept {
  if (destroy != nullptr)
    for (std::uint32_t slot = 0; slot < slab.slots; ++slot)
      if (slab.is_made(slot))
        destroy(slab.slot_at(slot));
  const Loan loan = slab.loan;
  slab.self = nullptr;
  if (upstream != nullptr) {
    upstream->take_back(loan);
  } else {
    port::system_retag(loan, 0);
    port::system_take_back(loan);
  }
  return loan.size;
}

std::size_t State::shrink(std::size_t most) noexcept {
  std::size_t bytes = 0;
  for (; most != 0; --most) {
    Slab* slab = nullptr;
    {
      const base::Locked locked{lock};
      if (slabs.count() > least_slabs)
        slab = slabs.remove_unused();
    }
    if (slab == nullptr)
      break;
    bytes += end(*slab);
  }
  return bytes;
}

Slab& State::require_own(const void* slot,
                         std::uint32_t& number) const noexcept {
  Slab& slab = Slab::of(slot, slab_size);
  if (slab.pool != &pool || slab.self != &slab) [[unlikely]]
    report_foreign(*this, slot, slab);
  const std::size_t offset = slab.offset_of(slot);
  number = static_cast<std::uint32_t>(offset / slab.stride);
  if (number >= slab.slots) [[unlikely]]
    report_foreign(*this, slot, Slab{});
  if (offset % slab.stride != 0) [[unlikely]]
    report_inside(*this, slot, slab.slot_at(number));
  if (slab.is_free(number)) [[unlikely]]
    report_free(*this, slot);
  return slab;
}

void State::put(void* slot, bool is_made) noexcept {
  const base::Locked locked{lock};
  std::uint32_t number = 0;
  Slab& slab = require_own(slot, number);
  slabs.put(slab, number, is_made);
}

}  // namespace object

inline namespace v1 {
namespace detail {

using object::State;

ObjectPoolCore::ObjectPoolCore(Upstream* upstream, const ObjectKind& kind,
                               const ObjectPoolOptions& options) noexcept {
  ::new (State::place_in(*this))
      State{*this, upstream, kind,
            port::register_pool(PoolKind::object_pool, options.name)};
}

ObjectPoolCore::~ObjectPoolCore() {
  State& state = State::of(*this);
  std::size_t in_use = 0;
  {
    const base::Locked locked{state.lock};
    in_use = state.slabs.taken();
    state.least_slabs = 0;
  }
  if (in_use != 0) [[unlikely]]
    report_in_use(state, in_use);
  state.shrink(no_limit);
  port::unregister_pool(state.id);
}

TakenSlot ObjectPoolCore::take() noexcept {
  State& state = State::of(*this);
  do {
    const base::Locked locked{state.lock};
    void* slot = nullptr;
    if (state.slabs.take_made(&slot, 1) != 0) [[likely]]
      return {slot, false};
    slot = state.slabs.take_bare();
    if (slot != nullptr)
      return {slot, true};
  } while (state.grow());
  return {};
}

void ObjectPoolCore::put(void* slot) noexcept {
  State::of(*this).put(slot, true);
}

void ObjectPoolCore::put_home(void* slot) noexcept {
  State::of(*this).put(slot, true);
}

void ObjectPoolCore::put_bare(void* slot) noexcept {
  State::of(*this).put(slot, false);
}

bool ObjectPoolCore::reserve(std::size_t n) noexcept {
  State& state = State::of(*this);
  do {
    const base::Locked locked{state.lock};
    const std::size_t slots = state.slabs.shape().slots;
    const std::size_t free = state.slabs.count() * slots - state.slabs.taken();
    if (free >= n) {
      state.least_slabs = base::larger(state.least_slabs, state.slabs.count());
      return true;
    }
  } while (state.grow());
  return false;
}

bool ObjectPoolCore::has_bare_below(std::size_t n) const noexcept {
  const State& state = State::of(*this);
  const base::Locked locked{state.lock};
  const std::size_t free =
      state.slabs.count() * state.slabs.shape().slots - state.slabs.taken();
  return state.slabs.free_made() < base::smaller(n, free);
}

void* ObjectPoolCore::take_bare() noexcept {
  State& state = State::of(*this);
  const base::Locked locked{state.lock};
  return state.slabs.take_bare();
}

std::size_t ObjectPoolCore::reap() noexcept {
  return State::of(*this).shrink(no_limit);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
