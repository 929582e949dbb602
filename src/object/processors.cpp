// Acquire and release where processors have the magazines, not threads.
#include "object/processors.hpp"

#include "base/build.hpp"
#include "base/order.hpp"
#include "object/state.hpp"
#include "port/object_hooks.hpp"

namespace tarn::object {

constinit Magazine no_magazine{0, 0, nullptr};

namespace {

std::uint32_t number_of(const State& state,
                        const Processor& processor) noexcept {
  return static_cast<std::uint32_t>(
      &processor - state.processors.load(std::memory_order_relaxed));
}

// Objects for the loaded magazine: the previous one's, the depot's, or else, a
// few at first, from the slabs. False: there are none, or no magazine yet.
bool fill(State& state, InHand& hand) noexcept TARN_REQUIRES(state.lock) {
  Processor& processor = *hand.processor;
  const std::uint32_t number = number_of(state, processor);
  if (processor.previous != nullptr && processor.previous->count != 0) {
    hand.change(processor.previous);
    return true;
  }
  if (Magazine* const full = state.take_full(number)) {
    if (processor.previous != nullptr)
      state.depot.put(processor.previous, number);
    hand.change(full);
    return true;
  }
  if (hand.loaded == nullptr)
    return false;
  Magazine& loaded = *hand.loaded;
  loaded.count = state.slabs.take_made(
      loaded.rounds(), base::smaller(processor.fill, loaded.capacity),
      state.slabs.way_of(number), state.whose_slots());
  turn_around(loaded.rounds(), loaded.count);
  processor.fill = base::smaller(2 * processor.fill, state.capacity);
  return loaded.count != 0;
}

// Room in the loaded magazine. False: it takes an empty one, which is not
// there.
bool make_room(State& state, InHand& hand) noexcept TARN_REQUIRES(state.lock) {
  Processor& processor = *hand.processor;
  if (hand.has_room())
    return true;
  if (processor.previous != nullptr && processor.previous->count == 0) {
    hand.change(processor.previous);
    return true;
  }
  Magazine* const empty = state.take_empty();
  if (empty == nullptr)
    return false;
  if (processor.previous != nullptr && hand.loaded != nullptr)
    state.depot.put(processor.previous, number_of(state, processor));
  if (hand.loaded != nullptr)
    hand.change(empty);
  else
    hand.loaded = empty;
  empty->next = nullptr;
  return true;
}

enum class Put : std::uint8_t { done, lacks_magazine, has_no_place };

// `number` is the processor's afterwards.
Put try_put(State& state, port::ProcessorPlaces places, void* slot,
            std::uint32_t& number) noexcept {
  const Trip trip{state};
  InHand hand{places, state.has_due.load(std::memory_order_relaxed)};
  if (hand.processor == nullptr)
    return Put::has_no_place;
  number = number_of(state, *hand.processor);
  if (hand.has_objects() &&
      hand.loaded->rounds()[hand.loaded->count - 1] == slot) [[unlikely]]
    report_free(state, slot);
  if (!make_room(state, hand))
    return Put::lacks_magazine;
  hand.loaded->rounds()[hand.loaded->count++] = slot;
  return Put::done;
}

}  // namespace

port::ProcessorPlaces State::places() const noexcept {
  return {processors.load(std::memory_order_acquire), processor_count};
}

port::ProcessorPlaces State::own_places() noexcept {
  if (processors.load(std::memory_order_acquire) != nullptr)
    return places();
  const std::size_t bytes = processor_count * sizeof(Processor);
  const Loan loan = lend_for_all(bytes, alignof(Processor));
  if (!loan)
    return {};
  auto* const all = reinterpret_cast<Processor*>(loan.memory);
  for (std::uint32_t i = 0; i < processor_count; ++i)
    ::new (all + i) Processor{{&no_magazine}, nullptr, nullptr, 1};
  bool is_first = false;
  {
    const base::Locked locked{lock};
    is_first = processors.load(std::memory_order_relaxed) == nullptr;
    if (is_first) {
      places_loan = loan.size;
      processors.store(all, std::memory_order_release);
    }
  }
  if (!is_first)
    take_back_for_all(loan, bytes);
  return places();
}

TakenSlot State::take_on_processor() noexcept {
  if constexpr (!base::is_dev) {
    const port::ProcessorPlaces there = places();
    if (there.first != nullptr) [[likely]]
      if (void* const slot = port::processor_pop(there)) [[likely]]
        return {slot, false};
  }
  return take_on_processor_slow();
}

void State::put_on_processor(void* slot) noexcept {
  if constexpr (!base::is_dev) {
    const port::ProcessorPlaces there = places();
    if (there.first != nullptr && port::processor_push(there, slot)) [[likely]]
      return;
  }
  put_on_processor_slow(slot);
}

[[gnu::noinline]] TakenSlot State::take_on_processor_slow() noexcept {
  if (checks != nullptr)
    return port::object_hooks()->take(*this);
  if (has_due.load(std::memory_order_relaxed)) [[unlikely]]
    give_back_some();
  const port::ProcessorPlaces there = own_places();
  std::uint32_t number = nobody;
  if (there.first != nullptr) {
    const Trip trip{*this};
    InHand hand{there, has_due.load(std::memory_order_relaxed)};
    if (hand.processor != nullptr) {
      if (hand.has_objects() || fill(*this, hand))
        return {hand.loaded->rounds()[--hand.loaded->count], false};
      number = number_of(*this, *hand.processor);
    }
  }
  return take_from_slabs(number);
}

void State::put_on_processor_slow(void* slot) noexcept {
  if (checks != nullptr)
    return port::object_hooks()->put(*this, slot);
  if (has_due.load(std::memory_order_relaxed)) [[unlikely]]
    give_back_some();
  if constexpr (base::is_dev)
    require_in_use(slot);
  const port::ProcessorPlaces there = own_places();
  std::uint32_t number = 0;
  Put put = there.first == nullptr ? Put::has_no_place
                                   : try_put(*this, there, slot, number);
  if (put == Put::lacks_magazine)
    if (Magazine* const magazine = new_magazine(number)) {
      {
        const base::Locked locked{lock};
        depot.put(magazine);
      }
      put = try_put(*this, there, slot, number);
    }
  if (put == Put::done)
    return;
  const base::Locked locked{lock};
  this->put(slot, true);
}

// Of what others have at hand only what it was before: whoever acquired `slot`
// did so before this call, so no magazine has it still.
void State::require_in_use(const void* slot) noexcept {
  const base::Locked locked{lock};
  std::uint32_t number = 0;
  static_cast<void>(require_own(slot, number));
  for_each_magazine(places(), [&](Magazine& magazine) {
    if (has(magazine.rounds(), magazine.count, slot))
      report_free(*this, slot);
  });
}

bool State::set_all_aside() noexcept {
  // Afterwards who was about to push or pop there has begun anew, and found
  // nothing.
  if (!move_all_aside() || port::restart_sequences())
    return true;
  const port::ProcessorPlaces all = places();
  for (std::uint32_t i = 0; i < all.count; ++i) {
    auto& processor = static_cast<Processor&>(all.first[i]);
    if (processor.aside != nullptr)
      processor.stack.store(std::exchange(processor.aside, nullptr),
                            std::memory_order_release);
  }
  return false;
}

bool State::move_all_aside() noexcept {
  const port::ProcessorPlaces all = places();
  bool is_any = false;
  for (std::uint32_t i = 0; all.first != nullptr && i < all.count; ++i) {
    auto& processor = static_cast<Processor&>(all.first[i]);
    Magazine* const loaded = loaded_of(processor);
    if (loaded == &no_magazine)
      continue;
    processor.aside = loaded;
    processor.stack.store(&no_magazine, std::memory_order_relaxed);
    is_any = true;
  }
  return is_any;
}

void State::unload_spare() noexcept {
  if (checks != nullptr)
    port::object_hooks()->drain(*this);
  if (set_all_aside())
    unload_processors();
  unload_depot();
}

void State::unload_processors() noexcept {
  const port::ProcessorPlaces all = places();
  for (std::uint32_t i = 0; all.first != nullptr && i < all.count; ++i) {
    auto& processor = static_cast<Processor&>(all.first[i]);
    if (processor.aside != nullptr)
      depot.put(std::exchange(processor.aside, nullptr));
    if (processor.previous != nullptr)
      depot.put(std::exchange(processor.previous, nullptr));
    processor.fill = 1;
  }
}

std::size_t State::objects_of_processors() const noexcept {
  std::size_t objects = 0;
  for_each_magazine(places(), [&](Magazine& magazine) {
    objects += std::atomic_ref{magazine.count}.load(std::memory_order_relaxed);
  });
  return objects;
}

void State::drop_processors() noexcept {
  Processor* const all =
      processors.exchange(nullptr, std::memory_order_relaxed);
  if (all == nullptr)
    return;
  take_back_for_all({reinterpret_cast<std::byte*>(all), places_loan},
                    processor_count * sizeof(Processor));
}

}  // namespace tarn::object
