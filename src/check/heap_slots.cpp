// Where a block lies in its slot, and what is around it.
#include "base/order.hpp"
#include "check/heap.hpp"
#include "os/memory.hpp"

namespace tarn::check {
namespace {

std::byte* align_down(std::byte* p, std::size_t align) noexcept {
  return p - (detail::address_of(p) & (align - 1));
}

std::size_t size_at(const CheckSlab& slab, unsigned slot) noexcept {
  return slab.records[slot].size;
}

BlockUse use_at(const CheckSlab& slab, unsigned slot) noexcept {
  return static_cast<BlockUse>(slab.records[slot].use);
}

}  // namespace

std::byte* block_of(const CheckSlab& slab, unsigned slot) noexcept {
  const std::size_t align = std::size_t{1} << slab.records[slot].align_log2;
  std::byte* const begin = slab.slot(slot);
  if (slab.layout == Layout::slab)
    return detail::align_up(begin + redzone_of(slab.size_class), align);
  std::byte* const end = begin + slab.stride - os::page_size();
  return align_down(end - size_at(slab, slot), align);
}

Span pages_of(const CheckSlab& slab, unsigned slot) noexcept {
  const std::size_t page = os::page_size();
  std::byte* const block = block_of(slab, slot);
  return {align_down(block, page),
          detail::align_up(block + size_at(slab, slot), page)};
}

Span before_block(const CheckSlab& slab, unsigned slot) noexcept {
  std::byte* const block = block_of(slab, slot);
  if (slab.layout == Layout::slab)
    return {slab.slot(slot), block};
  return {pages_of(slab, slot).begin, block};
}

Span behind_block(const CheckSlab& slab, unsigned slot) noexcept {
  std::byte* const end = block_of(slab, slot) + size_at(slab, slot);
  if (slab.layout == Layout::slab)
    return {end, slab.slot(slot) + slab.stride};
  return {end, pages_of(slab, slot).end};
}

void fill_around(const CheckSlab& slab, unsigned slot) noexcept {
  const Span before = before_block(slab, slot);
  fill(before.begin, before.size(), redzone_fill);
  const Span behind = behind_block(slab, slot);
  fill(behind.begin, behind.size(), redzone_fill);
}

Damage damage_of(const CheckSlab& slab, unsigned slot) noexcept {
  if ((slab.records[slot].spare & is_guarded) != 0)
    return {};
  const Span before = before_block(slab, slot);
  const Span behind = behind_block(slab, slot);
  Damage damage{find_change(before.begin, before.size(), redzone_fill),
                find_change(behind.begin, behind.size(), redzone_fill),
                {}};
  if (use_at(slab, slot) == BlockUse::quarantined)
    damage.inside = find_change(before.end, size_at(slab, slot), freed_fill);
  return damage;
}

void mend(const CheckSlab& slab, unsigned slot) noexcept {
  if ((slab.records[slot].spare & is_guarded) != 0)
    return;
  fill_around(slab, slot);
  if (use_at(slab, slot) == BlockUse::quarantined)
    fill(block_of(slab, slot), size_at(slab, slot), freed_fill);
}

}  // namespace tarn::check
