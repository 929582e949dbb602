#include "slab/slab.hpp"

#include "base/order.hpp"
#include "port/assert.hpp"

#include <bit>
#include <new>

namespace tarn::slab {

void Slab::start(std::byte* memory_, std::size_t size, std::uint32_t slot_size_,
                 unsigned of_class, std::uint32_t by) noexcept {
  port::ensure(size <= largest_slab && size / slot_size_ <= most_slots &&
                   slot_size_ >= smallest_slot,
               "a slab that its word can describe");
  free = nullptr;
  memory = memory_;
  link = nullptr;
  older = nullptr;
  slot_size = slot_size_;
  free_count = 0;
  capacity = static_cast<std::uint16_t>(size / slot_size_);
  fresh = 0;
  bare = 0;
  bare_slots = 0;
  page_shift = 0;
  is_laid_bare = false;
  seen_free = 0;
  size_class = static_cast<std::uint8_t>(of_class);
  owner.store(by, std::memory_order_relaxed);
  word.reset();
  next_listed = nullptr;
}

Returned Slab::take_at_hand() noexcept {
  if (free_count == 0)
    return word.count() != 0 ? word.take(memory) : Returned{nullptr, 0};
  const Returned all{free, free_count};
  free = nullptr;
  free_count = 0;
  return all;
}

Returned Slab::take(unsigned most, std::uintptr_t key,
                    FreeSlot** twice) noexcept {
  const Returned at_hand = take_at_hand();
  if (at_hand.first != nullptr)
    return at_hand;
  return bare != 0 ? link_bare(key, twice) : link_fresh(most, key);
}

Returned Slab::link_fresh(unsigned most, std::uintptr_t key) noexcept {
  const unsigned begin = fresh;
  const unsigned count = base::smaller(most, unsigned{capacity} - begin);
  fresh = static_cast<std::uint16_t>(begin + count);
  std::byte* const first = memory + std::size_t{begin} * slot_size;
  FreeSlot* next = nullptr;
  for (unsigned i = count; i-- != 0;)
    next = ::new (first + std::size_t{i} * slot_size) FreeSlot{next, key};
  return {next, count};
}

// The pages of the first slot that lies in the lowest bare page. Slots which
// reach into another bare page stay as they are.
Returned Slab::link_bare(std::uintptr_t key, FreeSlot** twice) noexcept {
  const PageBits was = bare;
  const auto lowest = static_cast<unsigned>(std::countr_zero(was));
  const std::size_t size = slot_size;
  const std::size_t begin = (std::size_t{lowest} << page_shift) / size * size;
  const PageBits pages = pages_of(begin);
  bare &= ~pages;
  const auto end = static_cast<unsigned>(std::bit_width(pages));
  const std::size_t last =
      base::smaller<std::size_t>((std::size_t{end} << page_shift) - 1,
                                 std::size_t{fresh} * size - 1) /
      size * size;
  Returned got{nullptr, 0};
  for (std::size_t at = last + size; at != begin;) {
    at -= size;
    if ((pages_of(at) & was) == 0 || is_bare(at))
      continue;
    auto* const slot = reinterpret_cast<FreeSlot*>(memory + at);
    slot->next = got.first;
    // A store first: a page that was only read would be found twice.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    const bool was_purged = (was >> (at >> page_shift) & 1) != 0;
    if (was_purged && (slot->key ^ key) <= key_notes && key != 0 &&
        twice != nullptr)
      *twice = slot;
    slot->key = key;
    got = {slot, got.count + 1};
  }
  bare_slots = static_cast<std::uint16_t>(bare_slots - got.count);
  return got;
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
  // By the count, and inside, whatever a slot given back twice did to the
  // links: then the list is not sound, and whoever relies on it looks.
  FreeSlot* last = back.first;
  for (unsigned i = 1; i < back.count && is_inside(last->next); ++i)
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
  return word.park(memory, batch, bare != 0);
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

// The bytes of free slots in each page tell which of them are full of nothing
// else. Of bare slots only those count that reach from a bare page into one
// that is not: the first or the last one there. What lies behind the last slot
// of all is nobody's.
PageBits Slab::full_pages() const noexcept {
  const std::size_t unit = page_size();
  const std::size_t size = slot_size;
  std::uint32_t free_bytes[most_pages] = {};
  const auto add = [&](std::size_t from, std::size_t to) {
    while (from < to) {
      const std::size_t end = base::smaller((from / unit + 1) * unit, to);
      free_bytes[from / unit] += static_cast<std::uint32_t>(end - from);
      from = end;
    }
  };
  const std::size_t used = std::size_t{fresh} * size;
  const auto add_bare = [&](std::size_t at, std::size_t page) {
    if (at < used && is_bare(at))
      add(base::larger(at, page * unit),
          base::smaller(at + size, (page + 1) * unit));
  };
  for (const FreeSlot* slot = free; slot != nullptr; slot = slot->next)
    add(offset_of(slot), offset_of(slot) + size);
  std::size_t end = used;
  if (fresh == capacity)
    add(used, end = detail::round_up(used, unit));
  const auto pages = static_cast<unsigned>(end / unit);
  PageBits full = 0;
  for (unsigned i = 0; i < pages; ++i) {
    const std::size_t first = i * unit / size * size;
    const std::size_t last = ((i + 1) * unit - 1) / size * size;
    add_bare(first, i);
    if (last != first)
      add_bare(last, i);
    if (free_bytes[i] == unit)
      full |= PageBits{1} << i;
  }
  return full & ~bare;
}

PageBits Slab::lay_bare(std::size_t page) noexcept {
  const std::size_t size = std::size_t{capacity} * slot_size;
  const std::size_t unit = base::larger(page, std::bit_ceil(size) / most_pages);
  if (!may_fill_page(free_count, unit))
    return 0;
  page_shift = static_cast<std::uint8_t>(std::countr_zero(unit));
  const PageBits full = full_pages();
  if (full == 0)
    return 0;
  bare |= full;
  unsigned lost = 0;
  for (FreeSlot** slot = &free; *slot != nullptr;)
    if (is_bare(offset_of(*slot))) {
      *slot = (*slot)->next;
      ++lost;
    } else {
      slot = &(*slot)->next;
    }
  free_count = static_cast<std::uint16_t>(free_count - lost);
  bare_slots = static_cast<std::uint16_t>(bare_slots + lost);
  return full;
}

bool Slab::check() const noexcept {
  unsigned listed = 0;
  for (const FreeSlot* slot = free; slot != nullptr; slot = slot->next) {
    const auto* const at = reinterpret_cast<const std::byte*>(slot);
    if (at < memory || !has_slot_at(at) || ++listed > free_count ||
        is_bare(offset_of(slot)))
      return false;
  }
  unsigned counted = 0;
  for (std::size_t i = 0; i < fresh; ++i)
    counted += is_bare(i * slot_size) ? 1 : 0;
  return listed == free_count && fresh <= capacity && counted == bare_slots &&
         free_count + word.count() + bare_slots <= fresh;
}

}  // namespace tarn::slab
