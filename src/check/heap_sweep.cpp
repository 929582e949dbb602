// All blocks of the checked heaps, looked at one after the other.
#include "check/heap.hpp"
#include "check/old_blocks.hpp"
#include "check/report.hpp"
#include "port/world.hpp"

#include <span>

namespace tarn::check {
namespace {

// The next slot that something is wrong with, of a slab, from `*slot` on.
bool find_damage(const CheckSlab& slab, unsigned* slot,
                 Damage* damage) noexcept {
  for (; *slot < slab.slots; ++*slot) {
    const Record& record = slab.records[*slot];
    const auto use = static_cast<BlockUse>(record.use);
    if (record.spare != 0 ||
        (use != BlockUse::live && use != BlockUse::quarantined))
      continue;
    *damage = damage_of(slab, *slot);
    if (*damage)
      return true;
  }
  return false;
}

// Told with the lock free, since a handler may use the heap; so what goes on
// then begins anew, after what was found is mended.
unsigned sweep_class(CheckClass& of) noexcept {
  for (unsigned told = 0;;) {
    CheckSlab* slab = nullptr;
    unsigned slot = 0;
    Damage damage;
    {
      const base::Locked locked{of.lock};
      for (slab = of.all; slab != nullptr; slab = slab->older) {
        slot = 0;
        if (find_damage(*slab, &slot, &damage))
          break;
      }
    }
    if (slab == nullptr)
      return told;
    told += tell_damage(*slab, slot, damage);
    const base::Locked locked{of.lock};
    mend(*slab, slot);
  }
}

}  // namespace

std::size_t sweep_heap(HeapState& heap) noexcept {
  std::size_t told = 0;
  for (CheckClass& of : heap.classes)
    told += sweep_class(of);
  return told;
}

std::size_t sweep_heaps() noexcept {
  std::size_t told = 0;
  // No heap may end while its blocks are told of, so its own end waits.
  hold_states();
  for (HeapState* heap = next_state(nullptr); heap != nullptr;
       heap = next_state(heap))
    told += sweep_heap(*heap);
  release_states();
  return told;
}

void end_lives(HeapState& heap) noexcept {
  const std::uint32_t now = port::clock_ms();
  for (CheckClass& of : heap.classes) {
    const base::Locked locked{of.lock};
    for (CheckSlab* slab = of.all; slab != nullptr; slab = slab->older)
      for (Record& record : std::span{slab->records, slab->slots})
        if (static_cast<BlockUse>(record.use) == BlockUse::live) {
          record.freed_at = now;
          count_end_of(record);
        }
  }
}

void each_live_block(void (*visit)(void* with, std::byte* block,
                                   const Record& record),
                     void* with) noexcept {
  hold_states();
  for (HeapState* heap = next_state(nullptr); heap != nullptr;
       heap = next_state(heap))
    for (CheckClass& of : heap->classes) {
      const base::Locked locked{of.lock};
      for (CheckSlab* slab = of.all; slab != nullptr; slab = slab->older)
        for (unsigned i = 0; i < slab->slots; ++i)
          if (static_cast<BlockUse>(slab->records[i].use) == BlockUse::live)
            visit(with, block_of(*slab, i), slab->records[i]);
    }
  release_states();
}

FoundBlock find_block(const void* p) noexcept {
  const CheckSlab* const slab = slab_at(p);
  if (slab == nullptr)
    return {};
  const unsigned slot = slab->slot_of(p);
  if (slot >= slab->slots ||
      static_cast<BlockUse>(slab->records[slot].use) == BlockUse::fresh)
    return {};
  return {block_of(*slab, slot), &slab->records[slot]};
}

}  // namespace tarn::check
