#include "slab/slab.hpp"

#include "base/order.hpp"
#include "port/assert.hpp"

#include <new>

namespace tarn::slab {

void Slab::start(std::byte* memory_, std::size_t size, std::uint32_t slot_size_,
                 unsigned of_class, std::uint32_t by) noexcept {
  port::ensure(size <= largest_slab && size / slot_size_ <= most_slots &&
                   slot_size_ >= smallest_slot,
               "a slab that its word can describe");
  free = nullptr;
  memory = memory_;
  newer = nullptr;
  older = nullptr;
  slot_size = slot_size_;
  free_count = 0;
  capacity = static_cast<std::uint16_t>(size / slot_size_);
  fresh = 0;
  hole_begin = 0;
  hole_end = 0;
  size_class = static_cast<std::uint8_t>(of_class);
  owner.store(by, std::memory_order_relaxed);
  word.reset();
  next_listed = nullptr;
}

Returned Slab::take(unsigned most, std::uintptr_t key) noexcept {
  if (free_count != 0) {
    const Returned all{free, free_count};
    free = nullptr;
    free_count = 0;
    return all;
  }
  if (word.count() != 0)
    return word.take(memory);
  base::Published<std::uint16_t>& at = in_hole() != 0 ? hole_begin : fresh;
  const unsigned end = in_hole() != 0 ? hole_end : capacity;
  const unsigned begin = at;
  const unsigned count = base::smaller(most, end - begin);
  at = static_cast<std::uint16_t>(begin + count);
  return link(begin, count, key);
}

// Links `count` slots from the `begin`th on.
Returned Slab::link(unsigned begin, unsigned count,
                    std::uintptr_t key) noexcept {
  std::byte* const first = memory + std::size_t{begin} * slot_size;
  FreeSlot* next = nullptr;
  for (unsigned i = count; i-- != 0;)
    next = ::new (first + std::size_t{i} * slot_size) FreeSlot{next, key};
  return {next, count};
}

FreeSlot* Slab::take_one() noexcept {
  FreeSlot* const slot = free;
  if (slot != nullptr) {
    free = slot->next;
    --free_count;
    return slot;
  }
  if (fresh == capacity)
    return nullptr;
  std::byte* const place = memory + std::size_t{fresh} * slot_size;
  ++fresh;
  return ::new (place) FreeSlot{nullptr, 0};
}

void Slab::take_returned() noexcept {
  const Returned back = word.take(memory);
  if (back.first == nullptr)
    return;
  FreeSlot* last = back.first;
  while (last->next != nullptr)
    last = last->next;
  last->next = free;
  free = back.first;
  free_count = static_cast<std::uint16_t>(free_count + back.count);
}

bool Slab::detach() noexcept {
  const std::uint32_t me = owner.load(std::memory_order_relaxed);
  // Before the word: from then on the slab may be another's.
  owner.store(0, std::memory_order_relaxed);
  if (word.detach())
    return true;
  owner.store(me, std::memory_order_relaxed);
  return false;
}

bool Slab::park() noexcept {
  Batch batch{free, free, free_count};
  while (batch.last != nullptr && batch.last->next != nullptr)
    batch.last = batch.last->next;
  free = nullptr;
  free_count = 0;
  owner.store(0, std::memory_order_relaxed);
  return word.park(memory, batch);
}

void Slab::adopt(std::uint32_t by) noexcept {
  const Returned back = word.take(memory);
  free = back.first;
  free_count = static_cast<std::uint16_t>(back.count);
  owner.store(by, std::memory_order_relaxed);
}

bool Slab::reattach(std::uint32_t by) noexcept {
  if (!word.reattach())
    return false;
  free = nullptr;
  free_count = 0;
  owner.store(by, std::memory_order_relaxed);
  return true;
}

Hole Slab::make_hole(std::size_t page) noexcept {
  if (in_hole() != 0 || std::size_t{free_count} * slot_size < 2 * page)
    return {nullptr, 0};
  constexpr unsigned bits = 64;
  std::uint64_t is_free[(most_slots + 1) / bits] = {};
  for (const FreeSlot* slot = free; slot != nullptr; slot = slot->next)
    is_free[place_of(slot) / bits] |= std::uint64_t{1}
                                      << (place_of(slot) % bits);
  unsigned run = 0;
  unsigned longest = 0;
  unsigned end = 0;
  for (unsigned i = 0; i < fresh; ++i) {
    run = (is_free[i / bits] >> (i % bits) & 1) != 0 ? run + 1 : 0;
    if (run > longest) {
      longest = run;
      end = i + 1;
    }
  }
  std::byte* const from =
      detail::align_up(memory + std::size_t{end - longest} * slot_size, page);
  std::byte* to = memory + std::size_t{end} * slot_size;
  to -= detail::address_of(to) % page;
  if (from >= to)
    return {nullptr, 0};
  hole_begin = static_cast<std::uint16_t>(end - longest);
  hole_end = static_cast<std::uint16_t>(end);
  for (FreeSlot** slot = &free; *slot != nullptr;)
    if (place_of(*slot) >= hole_begin && place_of(*slot) < hole_end)
      *slot = (*slot)->next;
    else
      slot = &(*slot)->next;
  free_count = static_cast<std::uint16_t>(free_count - longest);
  return {from, detail::bytes_between(from, to)};
}

bool Slab::check() const noexcept {
  unsigned listed = 0;
  for (const FreeSlot* slot = free; slot != nullptr; slot = slot->next) {
    const auto* const at = reinterpret_cast<const std::byte*>(slot);
    if (at < memory || !has_slot_at(at) || ++listed > free_count)
      return false;
  }
  return listed == free_count && fresh <= capacity &&
         free_count + word.count() + in_hole() <= fresh;
}

}  // namespace tarn::slab
