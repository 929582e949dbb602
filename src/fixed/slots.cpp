// What a pool of slots does seldom: its beginning in a buffer, looking at
// itself, and its faults.
#include "tarn/detail/slots.hpp"

#include "port/fault.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {
namespace {

using port::Sentence;

// Of a pool without memory. Nothing is written there.
constinit std::uint32_t no_words[1] = {};

bool is_used(const SlotsView& slots, std::uint32_t slot) noexcept {
  return (slots.words[slot / 32] & slot_bit(slot)) != 0;
}

std::uint32_t link_of(const SlotsView& slots, std::uint32_t slot) noexcept {
  return *reinterpret_cast<const Word*>(address_of(slots.words) -
                                        slot * slots.shape.stride.bytes);
}

// As many slots as fit into `room` bytes with their bits behind them.
std::size_t slots_in(std::size_t room, std::size_t stride) noexcept {
  const auto slots_beside = [room, stride](std::size_t count) {
    const std::size_t bits = slot_words(count) * sizeof(Word);
    return bits < room ? (room - bits) / stride : 0;
  };
  // The first are too many, the second never, since those had more bits.
  std::size_t count = slots_beside(room / stride);
  while (slots_beside(count + 1) > count)
    ++count;
  return count < most_slots ? count : most_slots;
}

}  // namespace

SlotMemory<at_run_time, at_run_time, at_run_time>::SlotMemory(
    std::span<std::byte> buffer, std::size_t size, std::size_t align) noexcept
    : book_{{}, no_words} {
  if (!is_pow2(align))
    port::report_bad_alignment(align);
  const std::size_t unit = align < smallest_slot ? smallest_slot : align;
  std::byte* const begin = align_up(buffer.data(), unit);
  const std::size_t gap = bytes_between(buffer.data(), begin);
  if (buffer.data() == nullptr || begin < buffer.data() ||
      gap >= buffer.size() || size > buffer.size())
    return;
  const std::size_t bytes = slot_stride(size, unit);
  const std::size_t slots = slots_in(buffer.size() - gap, bytes);
  if (slots == 0)
    return;
  book_.words = reinterpret_cast<std::uint32_t*>(begin + slots * bytes);
  for (std::size_t i = 0; i < slot_words(slots); ++i)
    book_.words[i] = 0;
  shape = {Stride{bytes}, static_cast<std::uint32_t>(slots)};
}

std::uint32_t slots_in_use(const SlotsView& slots) noexcept {
  int sum = 0;
  for (std::size_t i = 0; i < slot_words(slots.shape.count); ++i)
    sum += std::popcount(slots.words[i]);
  return static_cast<std::uint32_t>(sum);
}

bool check_slot(const SlotsView& slots, std::uint32_t slot) noexcept {
  if (slot > slots.stack.fresh)
    return !is_used(slots, slot);
  if (is_used(slots, slot))
    return true;
  const std::uint32_t next = link_of(slots, slot);
  return next <= slots.stack.fresh && next != slot && !is_used(slots, next);
}

bool check_slots(const SlotsView& slots) noexcept {
  const auto [head, fresh, refusals, looked_at] = slots.stack;
  if (fresh > slots.shape.count || head > fresh ||
      looked_at > slots.shape.count)
    return false;
  for (std::uint32_t slot = 1; slot <= slots.shape.count; ++slot)
    if (!check_slot(slots, slot))
      return false;
  // Slot 0 is none, nor is there one behind the last.
  if (is_used(slots, 0))
    return false;
  for (std::uint32_t slot = slots.shape.count; ++slot % 32 != 0;)
    if (is_used(slots, slot))
      return false;
  std::uint32_t free_slots = 0;
  for (std::uint32_t slot = head; slot != 0; slot = link_of(slots, slot))
    if (is_used(slots, slot) || ++free_slots > fresh)
      return false;
  return free_slots + slots_in_use(slots) == fresh;
}

void refuse_slot(const std::uint32_t* words, const SlotStack&,
                 const SlotsShape& shape, const void* p) noexcept {
  if (p == nullptr)
    return;
  const std::uintptr_t first =
      address_of(words) - shape.count * shape.stride.bytes;
  const std::size_t distance = address_of(p) - first;
  if (distance >= shape.count * shape.stride.bytes)
    port::report(Fault::wrong_pool, Sentence::no_slot, p);
  const std::size_t inside = distance % shape.stride.bytes;
  if (inside != 0)
    port::report(Fault::wrong_pool, Sentence::inside_slot, p,
                 static_cast<const std::byte*>(p) - inside);
  port::report(Fault::double_free, Sentence::free_slot, p);
}

void* refuse_link(const std::uint32_t* words, const SlotStack& stack,
                  const SlotsShape& shape) noexcept {
  port::report(Fault::corrupted, Sentence::written_slots,
               words - shape.count * shape.stride.bytes / sizeof(Word), nullptr,
               stack.head, shape.count);
}

void* run_out_of_slots(SlotStack& stack) noexcept {
  if (stack.refusals != 0xffff'ffff)
    ++stack.refusals;
  return nullptr;
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
