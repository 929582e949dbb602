// A block that is given back twice is not read then, so it may be in a list of
// its slab, too, when it is served and used. Whoever goes by what the list
// counts looks at all of it first.
#include "heap/slow.hpp"

namespace tarn::heap {

void require_sound(const Domain& domain, const Slab& slab) noexcept {
  constexpr std::size_t bits = 64;
  constexpr std::size_t places = 2 * span::granule_size / max_align;
  const std::uintptr_t key = heap_of(1).key;
  const std::size_t size = std::size_t{slab.capacity} * slab.slot_size;
  std::uint64_t seen[places / bits] = {};
  const FreeSlot* slot = slab.free;
  const FreeSlot* before = slot;
  for (unsigned left = slab.free_count; left != 0; --left) {
    const std::size_t offset =
        detail::address_of(slot) - detail::address_of(slab.memory);
    if (offset >= size || offset % max_align != 0)
      report_double_free(domain, before);
    const std::size_t place = offset / max_align;
    std::uint64_t& word = seen[place / bits];
    const std::uint64_t bit = std::uint64_t{1} << (place % bits);
    if (!is_free(*slot, key) || (word & bit) != 0 || slab.is_bare(offset))
      report_double_free(domain, slot);
    word |= bit;
    before = slot;
    slot = slot->next;
  }
}

}  // namespace tarn::heap
