// A pool's slabs and its life. Slabs are borrowed and given back outside of the
// lock, and so are objects destroyed, which is the program's code.
#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "object/capacity.hpp"
#include "object/state.hpp"
#include "port/check_mode.hpp"
#include "port/object_hooks.hpp"
#include "port/world.hpp"

namespace tarn {
namespace object {
State::State(ObjectPoolCore& pool_, Upstream* upstream_,
             const detail::ObjectKind& kind, const Shape& shape,
             bool has_magazines_, std::uint32_t processor_count_,
             std::uint32_t id_, void* checks_, void* samples_) noexcept
    : pool(pool_),
      upstream(upstream_),
      destroy(kind.destroy),
      id(id_),
      has_magazines(has_magazines_),
      processor_count(processor_count_),
      slab_size(kind.slab),
      checks(checks_),
      samples(samples_),
      slabs(shape),
      capacity(first_capacity(slabs.shape().stride)) {}

Loan State::lend(std::size_t size, std::size_t align) noexcept {
  const Ask ask{size, align, PoolKind::object_pool, false, id};
  const Loan loan =
      upstream != nullptr ? upstream->lend(ask) : port::system_lend(ask);
  if (!loan) [[unlikely]] {
    const base::Locked locked{lock};
    ++refusals;
  }
  return loan;
}

void State::take_back(Loan loan) noexcept {
  if (upstream != nullptr)
    return upstream->take_back(loan);
  port::system_retag(loan, 0);
  port::system_take_back(loan);
}

bool State::grow() noexcept {
  if (checks != nullptr) {
    void* records = nullptr;
    const Loan piece = port::object_hooks()->lend(*this, records);
    const base::Locked locked{lock};
    if (piece)
      add(piece, records);
    return static_cast<bool>(piece);
  }
  const Loan loan = lend(slab_size, slab_size);
  if (!loan)
    return false;
  const base::Locked locked{lock};
  add(loan);
  return true;
}

void State::add(Loan loan, std::uint32_t way) noexcept {
  slabs.add(loan, pool, way);
  Slab::of(loan.memory, slab_size).first_node =
      static_cast<std::uint32_t>(nodes);
  nodes += slabs.shape().slots;
  ++made;
}

void State::add(Loan loan, void* records) noexcept {
  add(loan);
  Slab::of(loan.memory, slab_size).records = records;
}

std::size_t State::end(Slab& slab) noexcept {
  if (checks != nullptr)
    port::object_hooks()->look(*this, slab);
  if (destroy != nullptr)
    for (std::uint32_t slot = 0; slot < slab.slots; ++slot)
      if (slab.is_made(slot))
        destroy(slab.slot_at(slot));
  const Loan loan = slab.loan;
  slab.self = nullptr;
  if (checks != nullptr)
    port::object_hooks()->take_back(*this, loan, slab.records);
  else
    take_back(loan);
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

std::size_t State::shrink_parts() noexcept {
  std::size_t bytes = 0;
  for (;;) {
    Slab* slab = nullptr;
    {
      const base::Locked locked{lock};
      slab = parts.remove_unused();
    }
    if (slab == nullptr)
      return bytes;
    const Loan loan = slab->loan;
    bytes += loan.size;
    take_back(loan);
  }
}

std::size_t State::reap() noexcept {
  {
    const base::Locked locked{lock};
    unload_spare();
  }
  if (is_sampled())
    port::object_hooks()->reap_samples(*this);
  return shrink(no_limit) + shrink_parts();
}

TakenSlot State::take_free(std::uint32_t way, From from) noexcept {
  void* slot = nullptr;
  if (slabs.take_made(&slot, 1, way, from) != 0)
    return {slot, false};
  slot = slabs.take_bare(way, from);
  return {slot, slot != nullptr};
}

TakenSlot State::take_from_slabs(std::uint32_t number) noexcept {
  std::uint32_t way = 0;
  {
    const base::Locked locked{lock};
    way = slabs.way_of(number);
    const TakenSlot taken = take_free(way, whose_slots());
    if (taken.slot != nullptr)
      return taken;
  }
  const Loan loan = lend(slab_size, slab_size);
  TakenSlot taken;
  bool is_needed = false;
  {
    const base::Locked locked{lock};
    // Others may have come by meanwhile: of many threads that find nothing at
    // once, one adds a slab.
    taken = take_free(way, loan ? whose_slots() : From::any_way);
    is_needed = taken.slot == nullptr;
    if (is_needed && loan)
      add(loan, way);
    else if (is_needed)
      unload_spare();
    if (is_needed)
      taken = take_free(way, From::any_way);
  }
  if (!is_needed && loan)
    take_back(loan);
  return taken;
}

Slab& State::require_place(const void* slot,
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
  return slab;
}

Slab& State::require_own(const void* slot,
                         std::uint32_t& number) const noexcept {
  Slab& slab = require_place(slot, number);
  if (slab.is_free(number)) [[unlikely]]
    report_free(*this, slot);
  return slab;
}

void State::put(void* slot, bool is_made) noexcept {
  if (is_sampled() && port::object_hooks()->is_drawn(slot)) [[unlikely]]
    return port::object_hooks()->keep_drawn(*this, slot, is_made);
  std::uint32_t number = 0;
  Slab& slab = require_own(slot, number);
  slabs.put(slab, number, is_made);
}

}  // namespace object

inline namespace v1 {
namespace detail {

using object::Slab;
using object::State;

namespace {
using base::relaxed;
}

ObjectPoolCore::ObjectPoolCore(Upstream* upstream, const ObjectKind& kind,
                               const ObjectPoolOptions& options) noexcept {
  const std::uint32_t id =
      port::register_pool(PoolKind::object_pool, options.name);
  const CheckMode mode = port::mode_of(options.checks);
  const port::ObjectHooks* const hooks = port::object_hooks();
  object::Shape shape =
      object::shape_of(kind.size, kind.align, kind.slab, kind.constructs);
  void* const checks = hooks != nullptr && port::is_full(mode)
                           ? hooks->begin(kind, mode, id, shape)
                           : nullptr;
  const bool has_magazines = object::has_hooks() && options.magazines &&
                             has_thread_locals && !kind.is_steady &&
                             checks == nullptr;
  std::uint32_t processors = checks != nullptr ? 1 : 0;
  if (has_magazines && options.per_cpu)
    processors = port::processor_count();
  // What is drawn lies elsewhere, so it is no upstream's; and it comes back by
  // calls that look, which those of processors and of steady pools do not.
  void* const samples = hooks != nullptr && mode == CheckMode::sampled &&
                                upstream == nullptr && processors == 0 &&
                                !kind.is_steady
                            ? hooks->begin_samples(kind, options.checks, id)
                            : nullptr;
  State& state = *::new (State::place_in(*this))
                     State{*this,      upstream, kind,   shape,  has_magazines,
                           processors, id,       checks, samples};
  state.reap_when_short = options.reap_when_short;
  state.link();
  if (checks != nullptr)
    hooks->began(state);
}

ObjectPoolCore::~ObjectPoolCore() {
  State& state = State::of(*this);
  state.unlink();
  std::size_t in_use = 0;
  {
    const base::Locked locked{state.lock};
    state.unload_all();
    in_use = state.has_lost
                 ? 0
                 : state.slabs.taken() + state.drawn_out.load(relaxed);
    state.least_slabs = 0;
  }
  if (state.checks != nullptr)
    port::object_hooks()->end(state, in_use);
  else if (in_use != 0) [[unlikely]]
    report_in_use(state, in_use);
  if (state.is_sampled())
    port::object_hooks()->end_samples(state);
  state.shrink(no_limit);
  state.drop_tables();
  state.drop_processors();
  state.drop_steady();
  state.shrink_parts();
  if (state.checks != nullptr)
    port::object_hooks()->forget(state);
  port::unregister_pool(state.id);
}

void ObjectPoolCore::put_home(void* slot) noexcept {
  State& state = State::of(*this);
  if (state.checks != nullptr)
    return port::object_hooks()->put_made(state, slot, true);
  const base::Locked locked{state.lock};
  state.put(slot, true);
}

void ObjectPoolCore::put_bare(void* slot) noexcept {
  State& state = State::of(*this);
  if (state.checks != nullptr)
    return port::object_hooks()->put_made(state, slot, false);
  const base::Locked locked{state.lock};
  state.put(slot, false);
}

bool ObjectPoolCore::reserve(std::size_t n) noexcept {
  State& state = State::of(*this);
  do {
    const base::Locked locked{state.lock};
    if (state.slabs.slots() - state.slabs.taken() >= n) {
      state.least_slabs = base::larger(state.least_slabs, state.slabs.count());
      return true;
    }
  } while (state.grow());
  return false;
}

bool ObjectPoolCore::has_bare_below(std::size_t n) const noexcept {
  const State& state = State::of(*this);
  const base::Locked locked{state.lock};
  const std::size_t free = state.slabs.slots() - state.slabs.taken();
  return state.slabs.free_made() < base::smaller(n, free);
}

void* ObjectPoolCore::take_bare() noexcept {
  State& state = State::of(*this);
  // What is drawn later is constructed now: so it is promised.
  if (state.is_sampled())
    if (void* const slot = port::object_hooks()->draw_bare(state))
      return slot;
  const base::Locked locked{state.lock};
  void* const slot = state.slabs.take_bare(0, object::From::any_way);
  if (state.checks != nullptr && slot != nullptr)
    port::object_hooks()->took_bare(state, slot);
  return slot;
}

std::size_t ObjectPoolCore::reap() noexcept {
  return State::of(*this).reap();
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
