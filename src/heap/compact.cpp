// Compact heaps: all threads share one thread heap, under its lock, and its
// bins stay empty. Blocks come from strips, a few slots at a time, until a
// class has as many as fill a slab.
#include "heap/slow.hpp"
#include "span/space.hpp"

namespace tarn::heap {
namespace {

using slab::Strip;

// A class with so many bytes in strips is worth slabs.
constexpr std::size_t worth_slab = span::granule_size;

FreeSlot* take_from_slabs(ThreadHeap& heap, unsigned size_class) noexcept
    TARN_REQUIRES(heap.lock) {
  // Those in the list have a slot.
  Slab* const slab = heap.partial[size_class];
  if (slab == nullptr)
    return nullptr;
  FreeSlot* const slot = slab->take_one();
  if (slab->is_full())
    unlink(heap, *slab);
  return slot;
}

bool is_worth_slab(const ThreadHeap& heap, unsigned size_class) noexcept
    TARN_REQUIRES(heap.lock) {
  const std::size_t size = size_of(size_class);
  const std::size_t bytes = size < slab::unit_size ? slab::unit_size : size;
  return heap.strips[size_class] * bytes >= worth_slab;
}

// `*wants_slab` says what there should be more of when there is no slot; once a
// slab was refused, strips must do.
FreeSlot* take(ThreadHeap& heap, unsigned size_class,
               bool* wants_slab) noexcept {
  const base::Locked locked{heap.lock};
  FreeSlot* slot = take_from_slabs(heap, size_class);
  if (slot == nullptr) {
    *wants_slab = *wants_slab && is_worth_slab(heap, size_class);
    if (Strip* const strip = find_strip(heap, size_class, !*wants_slab))
      slot = MixedSlab::take_one(*strip);
  }
  if (slot != nullptr)
    slot->key = 0;
  return slot;
}

bool add_slab(ThreadHeap& heap, unsigned size_class) noexcept {
  Slab* const slab = new_slab(heap, size_class);
  if (slab == nullptr)
    return false;
  const base::Locked locked{heap.lock};
  link(heap.partial[size_class], *slab);
  return true;
}

}  // namespace

void* allocate_compact(Domain& domain, unsigned size_class) noexcept {
  ThreadHeap& heap = *domain.shared;
  bool may_slab = true;
  for (;;) {
    bool wants_slab = may_slab;
    if (FreeSlot* const slot = take(heap, size_class, &wants_slab))
      return slot;
    if (wants_slab)
      may_slab = add_slab(heap, size_class);
    else if (!add_mixed(heap))
      return nullptr;
  }
}

void deallocate_compact(Domain& domain, Slab& slab, FreeSlot* slot) noexcept {
  ThreadHeap& heap = *domain.shared;
  {
    const base::Locked locked{heap.lock};
    const bool was_full = slab.is_full();
    slab.put(slot);
    if (was_full)
      link(heap.partial[slab.size_class], slab);
    if (!slab.is_unused())
      return;
    unlink(heap, slab);
  }
  release(domain, slab);
}

}  // namespace tarn::heap
