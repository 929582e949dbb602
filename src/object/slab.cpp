// Two bits for each slot, behind the slab's head and before its first slot.
#include "object/slab.hpp"

#include "base/order.hpp"

#include <bit>
#include <new>

namespace tarn::object {
namespace {

// Slabs are shifted by lines of the cache, or by the alignment where it is
// coarser.
constexpr std::size_t cache_line = 64;

constexpr std::size_t head_of(std::size_t slots) noexcept {
  const std::size_t words = (slots + bits_in_word - 1) / bits_in_word;
  return sizeof(Slab) + 2 * words * sizeof(Bits);
}

static_assert(head_of(bits_in_word) <= detail::slab_head);

// Where the first slot lies: so that none lies across more lines than it must,
// where that costs no slot.
std::size_t first_of(std::size_t slots, std::size_t slab, std::size_t stride,
                     std::size_t align) noexcept {
  const std::size_t power_in_stride = stride & (~stride + 1);
  const std::size_t head = head_of(slots);
  const std::size_t on_line = detail::round_up(
      head, base::larger(align, base::smaller(power_in_stride, cache_line)));
  return on_line + slots * stride <= slab ? on_line
                                          : detail::round_up(head, align);
}

std::size_t slots_in(std::size_t slab, std::size_t stride,
                     std::size_t align) noexcept {
  std::size_t slots = slab / stride;
  while (slots != 0 &&
         detail::round_up(head_of(slots), align) + slots * stride > slab)
    --slots;
  return slots;
}

}  // namespace

Shape shape_of(std::size_t size, std::size_t align, std::size_t slab,
               bool constructs) noexcept {
  const std::size_t stride = detail::stride_of(size, align);
  const std::size_t slots = slots_in(slab, stride, align);
  const std::size_t first = first_of(slots, slab, stride, align);
  const std::size_t rest = slab - first - slots * stride;
  const std::size_t step = base::larger(align, cache_line);
  return {static_cast<std::uint32_t>(stride),
          static_cast<std::uint32_t>(slab),
          static_cast<std::uint32_t>(slots),
          static_cast<std::uint32_t>(first),
          static_cast<std::uint32_t>(rest / step + 1),
          static_cast<std::uint32_t>(step),
          constructs};
}

Shape shape_with_zones(std::size_t size, std::size_t align, std::size_t slab,
                       bool constructs, std::size_t zone) noexcept {
  const std::size_t stride = detail::round_up(size + 2 * zone, align);
  std::size_t slots = slab / stride;
  std::size_t first = 0;
  for (; slots != 0; --slots) {
    first = detail::round_up(head_of(slots) + zone, align);
    if (first - zone + slots * stride <= slab)
      break;
  }
  return {static_cast<std::uint32_t>(stride),
          static_cast<std::uint32_t>(slab),
          static_cast<std::uint32_t>(slots),
          static_cast<std::uint32_t>(first),
          1,
          0,
          constructs};
}

Shape shape_at_end(std::size_t size, std::size_t align, std::size_t slab,
                   bool constructs) noexcept {
  const std::size_t stride = detail::stride_of(size, align);
  const bool fits = slab >= detail::round_up(head_of(1), align) + stride;
  return {static_cast<std::uint32_t>(slab),
          static_cast<std::uint32_t>(slab),
          fits ? 1u : 0u,
          static_cast<std::uint32_t>(fits ? slab - stride : 0),
          1,
          0,
          constructs};
}

Slab& Slab::start(Loan loan, const Shape& shape, std::uint32_t slots,
                  std::uint32_t colour, detail::ObjectPoolCore& pool) noexcept {
  auto& slab = *::new (loan.memory) Slab{};
  slab.pool = &pool;
  slab.self = &slab;
  slab.loan = loan;
  slab.first = shape.first + colour * shape.colour_step;
  slab.slots = slots;
  slab.stride = shape.stride;
  slab.free_slots = slots;
  slab.free_made = shape.constructs ? 0 : slots;
  for (std::uint32_t i = 0; i < slab.words(); ++i) {
    const std::size_t behind = slots - i * bits_in_word;
    const Bits all =
        behind >= bits_in_word ? ~Bits{0} : (Bits{1} << behind) - 1;
    slab.free_bits()[i] = all;
    slab.made_bits()[i] = shape.constructs ? 0 : all;
  }
  return slab;
}

std::uint32_t Slab::take_made(void** out, std::uint32_t most) noexcept {
  std::uint32_t taken = 0;
  const std::uint32_t wanted = base::smaller(most, free_made);
  for (std::uint32_t i = first_word; taken < wanted; ++i) {
    Bits& free = free_bits()[i];
    Bits found = free & made_bits()[i];
    for (; found != 0 && taken < wanted; found &= found - 1) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(found));
      free &= ~(Bits{1} << bit);
      out[taken++] =
          slot_at(i * static_cast<std::uint32_t>(bits_in_word) + bit);
    }
    if (free == 0 && i == first_word)
      ++first_word;
  }
  free_slots -= taken;
  free_made -= taken;
  return taken;
}

void* Slab::take_bare() noexcept {
  std::uint32_t i = first_word;
  while ((free_bits()[i] & ~made_bits()[i]) == 0)
    ++i;
  const auto bit = static_cast<std::uint32_t>(
      std::countr_zero(free_bits()[i] & ~made_bits()[i]));
  free_bits()[i] &= ~(Bits{1} << bit);
  made_bits()[i] |= Bits{1} << bit;
  --free_slots;
  return slot_at(i * static_cast<std::uint32_t>(bits_in_word) + bit);
}

void Slab::put(std::uint32_t slot, bool is_made) noexcept {
  const auto word = slot / static_cast<std::uint32_t>(bits_in_word);
  const Bits bit = Bits{1} << (slot % bits_in_word);
  free_bits()[word] |= bit;
  if (is_made)
    ++free_made;
  else
    made_bits()[word] &= ~bit;
  ++free_slots;
  first_word = base::smaller(first_word, word);
}

bool Slab::check() const noexcept {
  std::uint32_t free = 0;
  std::uint32_t made = 0;
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    if (!is_free(slot))
      continue;
    ++free;
    if (is_made(slot))
      ++made;
    if (slot / bits_in_word < first_word)
      return false;
  }
  return (self == this || self == nullptr) && free == free_slots &&
         made == free_made;
}

}  // namespace tarn::object
