// What is around a block, and whether it is as it was.
#include "check/heap.hpp"
#include "check/shadow.hpp"
#include "os/memory.hpp"

namespace tarn::check {
namespace {

std::byte* align_down(std::byte* p, std::size_t align) noexcept {
  return p - (detail::address_of(p) & (align - 1));
}

bool is_quarantined(const Record& record) noexcept {
  return static_cast<BlockUse>(record.use) == BlockUse::quarantined;
}

}  // namespace

Room room_in_pages(const CheckSlab& slab, unsigned slot) noexcept {
  const Record& record = slab.records[slot];
  const std::size_t page = os::page_size();
  std::byte* const guard = slab.slot(slot) + slab.stride - page;
  std::byte* const block =
      align_down(guard - record.size, std::size_t{1} << record.align_log2);
  std::byte* const end = block + record.size;
  return {align_down(block, page), block, end, detail::align_up(end, page)};
}

Damage damage_of(const CheckSlab& slab, unsigned slot) noexcept {
  const Record& record = slab.records[slot];
  if ((record.spare & is_guarded) != 0 || follows_sanitizer())
    return {};
  const Room room = room_of(slab, slot);
  Damage damage{find_change(room.begin, room.before(), redzone_fill),
                find_change(room.end, room.behind(), redzone_fill),
                {}};
  if (is_quarantined(record))
    damage.inside = find_change(room.block, record.size, freed_fill);
  return damage;
}

void mend(const CheckSlab& slab, unsigned slot) noexcept {
  const Record& record = slab.records[slot];
  if ((record.spare & is_guarded) != 0 || follows_sanitizer())
    return;
  const Room room = room_of(slab, slot);
  fill_around(room);
  if (is_quarantined(record))
    fill(room.block, record.size, freed_fill);
}

}  // namespace tarn::check
