#include "slab/mixed_slab.hpp"

#include "base/order.hpp"

#include <new>

namespace tarn::slab {
namespace {

// The strips' own place, where no slot begins.
constexpr unsigned header_units =
    static_cast<unsigned>(units * sizeof(Strip) / unit_size);
static_assert((units - header_units) * unit_size >= largest_mixed);
static_assert(header_units < word_units);

constexpr std::uint64_t bit_of(unsigned size_class) noexcept {
  return std::uint64_t{1} << (size_class % 64);
}

constexpr std::uint32_t bit_of_unit(unsigned i) noexcept {
  return std::uint32_t{1} << (i % word_units);
}

// Not counting what a load from the last slot may reach of the next page. Large
// slots would be too few then, and what is often compared is small.
constexpr unsigned slots_of(unsigned first, unsigned length,
                            std::size_t slot_size) noexcept {
  const bool ends_page = (first + length) % (least_page / unit_size) == 0;
  const std::size_t kept =
      ends_page && slot_size <= widest_load ? widest_load : 0;
  return static_cast<unsigned>((length * unit_size - kept) / slot_size);
}

}  // namespace

void MixedSlab::start(std::byte* memory) noexcept {
  strips = ::new (memory) Strip[units]{};
  next = nullptr;
  with_free = 0;
  for (auto& word : used)
    word = 0;
  used[0] = bit_of_unit(header_units) - 1;
  used_units = 0;
}

Strip* MixedSlab::find(unsigned size_class) noexcept {
  if ((with_free & bit_of(size_class)) == 0)
    return nullptr;
  bool is_shared = false;  // the bit, with another class
  for (unsigned i = header_units; i < units; ++i) {
    Strip& strip = strips[i];
    if (strip.free_count == 0)
      continue;
    if (strip.size_class == size_class)
      return &strip;
    is_shared |= bit_of(strip.size_class) == bit_of(size_class);
  }
  if (!is_shared)
    with_free &= ~bit_of(size_class);
  return nullptr;
}

Strip* MixedSlab::add(unsigned size_class, std::size_t slot_size,
                      std::uintptr_t key) noexcept {
  const auto length =
      static_cast<unsigned>((slot_size + unit_size - 1) / unit_size);
  const auto align = static_cast<unsigned>(slot_size & (~slot_size + 1));
  const unsigned first =
      find_units(length, align < unit_size ? 1 : align / unsigned{unit_size});
  if (first == units)
    return nullptr;
  mark(first, length, true);
  Strip& strip = strips[first];
  const auto slots =
      static_cast<std::uint8_t>(slots_of(first, length, slot_size));
  strip.slot_size = static_cast<std::uint16_t>(slot_size / max_align);
  strip.free_count = slots;
  strip.capacity = slots;
  strip.size_class = static_cast<std::uint8_t>(size_class);
  strip.length = static_cast<std::uint8_t>(length);
  for (unsigned i = 1; i < length; ++i)
    strips[first + i].back = static_cast<std::uint8_t>(i);
  std::byte* const begin = begin_of(strip);
  for (std::size_t i = slots; i-- != 0;)
    strip.free = ::new (begin + i * slot_size) FreeSlot{strip.free, key};
  with_free |= bit_of(size_class);
  return &strip;
}

Returned MixedSlab::take(Strip& strip) noexcept {
  const Returned all{strip.free, strip.free_count};
  strip.free = nullptr;
  strip.free_count = 0;
  return all;
}

FreeSlot* MixedSlab::take_one(Strip& strip) noexcept {
  FreeSlot* const slot = strip.free;
  strip.free = slot->next;
  --strip.free_count;
  return slot;
}

bool MixedSlab::put(Strip& strip, FreeSlot* slot) noexcept {
  slot->next = strip.free;
  strip.free = slot;
  with_free |= bit_of(strip.size_class);
  if (++strip.free_count != strip.capacity)
    return false;
  const auto first = static_cast<unsigned>(&strip - strips);
  mark(first, strip.length, false);
  for (unsigned i = strip.length; i-- != 0;)
    strips[first + i] = {};
  return true;
}

Strip* MixedSlab::strip_at(const void* p) noexcept {
  const auto unit = static_cast<unsigned>(
      detail::bytes_between(reinterpret_cast<std::byte*>(strips), p) /
      unit_size);
  Strip& strip = strips[unit - strips[unit].back];
  return strip.size_class == 0 ? nullptr : &strip;
}

std::byte* MixedSlab::begin_of(const Strip& strip) noexcept {
  return reinterpret_cast<std::byte*>(strips) +
         static_cast<std::size_t>(&strip - strips) * unit_size;
}

unsigned MixedSlab::find_units(unsigned count, unsigned align) const noexcept {
  unsigned run = 0;
  for (unsigned i = header_units; i < units; ++i) {
    const bool is_used = (used[i / word_units] & bit_of_unit(i)) != 0;
    run = is_used || (run == 0 && i % align != 0) ? 0 : run + 1;
    if (run == count)
      return i + 1 - count;
  }
  return units;
}

void MixedSlab::mark(unsigned first, unsigned count, bool are_used) noexcept {
  for (unsigned i = first; i < first + count; ++i)
    if (are_used)
      used[i / word_units] |= bit_of_unit(i);
    else
      used[i / word_units] &= ~bit_of_unit(i);
  used_units = are_used ? used_units + count : used_units - count;
}

MixedPlace mixed_place(const std::byte* memory, std::size_t offset) noexcept {
  const auto* const strips = reinterpret_cast<const Strip*>(memory);
  std::size_t unit = offset / unit_size;
  unit -= base::smaller<std::size_t>(unit, strips[unit].back);
  const Strip& strip = strips[unit];
  const std::size_t begin = unit * unit_size;
  const std::size_t slot = strip.bytes();
  if (slot == 0)
    return {0, 0};
  return {begin + (offset - begin) / slot * slot, slot};
}

bool MixedSlab::check() const noexcept {
  unsigned counted = 0;
  for (unsigned i = header_units; i < units;) {
    const Strip& strip = strips[i];
    if (strip.size_class == 0) {
      if ((used[i / word_units] & bit_of_unit(i)) != 0)
        return false;
      ++i;
      continue;
    }
    unsigned linked = 0;
    for (const FreeSlot* slot = strip.free; slot != nullptr; slot = slot->next)
      if (++linked > strip.free_count)
        return false;
    if (linked != strip.free_count || linked >= strip.capacity + 1u)
      return false;
    counted += strip.length;
    i += strip.length;
  }
  return counted == used_units;
}

}  // namespace tarn::slab
