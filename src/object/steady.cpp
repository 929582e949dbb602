// Acquire and release where threads must not wait; what is before and after
// takes the lock, borrows and constructs.
#include "object/steady.hpp"

#include "base/order.hpp"
#include "object/state.hpp"
#include "port/object_hooks.hpp"

namespace tarn {
namespace object {

[[gnu::noinline]] void* SteadyStack::refuse(Word, SteadyStack& stack) noexcept {
  if (stack.checked_ != nullptr)
    return port::object_hooks()->take_steady(*stack.checked_);
  stack.refusals_.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

// What no stack has given: one of a checked pool, or a fault.
[[gnu::noinline, gnu::cold]] void State::put_unknown(void* slot) noexcept {
  if (checks != nullptr)
    return port::object_hooks()->put(*this, slot);
  report_free(*this, slot);
}

// False: no memory.
bool State::begin_steady() noexcept {
  if (steady.load(std::memory_order_acquire) != nullptr)
    return true;
  void* const memory = new_part(sizeof(SteadyStack), 0);
  if (memory == nullptr)
    return false;
  const base::Locked locked{lock};
  if (steady.load(std::memory_order_relaxed) == nullptr)
    steady.store(::new (memory) SteadyStack{checks == nullptr ? nullptr : this},
                 std::memory_order_release);
  else
    parts.put(memory, Parts::round_up(sizeof(SteadyStack)));
  return true;
}

bool State::has_all_nodes() const noexcept {
  return nodes == 0 ||
         steady.load(std::memory_order_acquire)->lacks(nodes - 1) == 0;
}

// Nodes for all slots that there are. False: no memory, or too many.
bool State::widen_steady() noexcept {
  SteadyStack& all = *steady.load(std::memory_order_acquire);
  for (;;) {
    std::size_t bytes = 0;
    {
      const base::Locked locked{lock};
      if (nodes > SteadyStack::most_nodes)
        return false;
      bytes = nodes == 0 ? 0 : all.lacks(nodes - 1);
    }
    if (bytes == 0)
      return true;
    const Loan loan = lend(bytes, max_align);
    if (!loan)
      return false;
    bool is_wanted = false;
    {
      const base::Locked locked{lock};
      is_wanted = all.add(bytes, loan);
    }
    if (!is_wanted)
      take_back(loan);
  }
}

// Slots come by rising number, and the last one in is the first one out.
std::size_t State::fill_steady(std::size_t n) noexcept {
  SteadyStack& all = *steady.load(std::memory_order_acquire);
  std::size_t filled = 0;
  constexpr std::uint32_t at_once = 64;
  void* slots[at_once];
  while (filled != n) {
    const auto most = static_cast<std::uint32_t>(
        base::smaller<std::size_t>(n - filled, at_once));
    const std::uint32_t taken = slabs.take_made(slots, most);
    if (taken == 0)
      break;
    turn_around(slots, taken);
    for (std::uint32_t i = 0; i < taken; ++i) {
      std::uint32_t number = 0;
      const Slab& slab = require_place(slots[i], number);
      all.enter(slab.first_node + number, slots[i]);
      static_cast<void>(all.put(slab.first_node + number));
    }
    filled += taken;
  }
  return filled;
}

void State::end_steady() noexcept {
  SteadyStack* const all = steady.load(std::memory_order_relaxed);
  if (all == nullptr || checks != nullptr)
    return;
  while (void* const slot = all->take())
    put(slot, true);
}

void State::drop_steady() noexcept {
  SteadyStack* const all = steady.exchange(nullptr, std::memory_order_relaxed);
  if (all == nullptr)
    return;
  all->drop([this](Loan loan) { take_back(loan); });
  const base::Locked locked{lock};
  parts.put(all, Parts::round_up(sizeof(SteadyStack)));
}

std::size_t State::waiting() const noexcept {
  if (checks != nullptr)
    return port::object_hooks()->waiting(*this);
  const SteadyStack* const all = steady.load(std::memory_order_acquire);
  return all == nullptr ? 0 : all->waiting();
}

}  // namespace object

inline namespace v1 {
namespace detail {

using object::Slab;
using object::State;
using object::SteadyStack;

void* ObjectPoolCore::take_steady() noexcept {
  State& state = State::of(*this);
  SteadyStack* const steady = state.steady.load(std::memory_order_acquire);
  return steady == nullptr ? nullptr : steady->take();
}

void ObjectPoolCore::put_steady(void* slot) noexcept {
  State& state = State::of(*this);
  std::uint32_t number = 0;
  const Slab& slab = state.require_place(slot, number);
  SteadyStack* const steady = state.steady.load(std::memory_order_acquire);
  if (steady == nullptr || !steady->put(slab.first_node + number)) [[unlikely]]
    state.put_unknown(slot);
}

std::size_t ObjectPoolCore::waiting() const noexcept {
  const State& state = State::of(*this);
  const base::Locked locked{state.lock};
  return state.waiting();
}

std::size_t ObjectPoolCore::make_steady(std::size_t n) noexcept {
  State& state = State::of(*this);
  if (!state.begin_steady())
    return 0;
  if (state.checks != nullptr)
    return port::object_hooks()->make_steady(state, n);
  while (state.widen_steady()) {
    const base::Locked locked{state.lock};
    // Others may have brought slabs meanwhile.
    if (state.has_all_nodes())
      return state.fill_steady(n);
  }
  return 0;
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
