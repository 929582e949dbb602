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
  const unsigned count =
      base::smaller(most, unsigned{capacity} - unsigned{fresh});
  if (count == 0)
    return {nullptr, 0};
  std::byte* const first = memory + std::size_t{fresh} * slot_size;
  fresh = static_cast<std::uint16_t>(fresh + count);
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

bool Slab::check() const noexcept {
  unsigned listed = 0;
  for (const FreeSlot* slot = free; slot != nullptr; slot = slot->next) {
    const auto* const at = reinterpret_cast<const std::byte*>(slot);
    if (at < memory || !has_slot_at(at) || ++listed > free_count)
      return false;
  }
  return listed == free_count && fresh <= capacity &&
         free_count + word.count() <= fresh;
}

}  // namespace tarn::slab
