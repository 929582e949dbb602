// fast.hpp - the fast path: the whole of most calls.
//
// Inlined into Heap's own functions and into the doors, each with its own way
// out to the slow half: `Exits` has
//
//     void* allocate(std::size_t size)      no block at hand, or it is in use
//     void deallocate(void* p)              not so simple, or none of ours
//     void deallocate_own(void* p, Bin&)    the bin is full, or duties are due
//     void send(Parcel& parcel)             it became full
//
// Cost     17 and 25 instructions, inlined into malloc and free.
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "heap/slow.hpp"

namespace tarn::heap {

// The upper half of a key is enough to know it by.
[[nodiscard]] inline std::uint32_t high_half(std::uintptr_t word) noexcept {
  return static_cast<std::uint32_t>(std::uint64_t{word} >> 32);
}

template <class Exits>
[[nodiscard, gnu::always_inline]] inline void* allocate_fast(
    ThreadHeap& heap, std::size_t size, const Exits& exits) {
  // Of size 0 it is the largest.
  const std::size_t last = size - 1;
  if (last < largest_linear) [[likely]] {
    Bin& bin = heap.bin_of((last & ~(max_align - 1)) + max_align);
    FreeSlot* const slot = bin.head;
    FreeSlot* const next = slot->next;
    // One that was given back twice has no key the second time.
    if (next != nullptr && high_half(slot->key) == high_half(heap.key))
        [[likely]] {
      bin.head = next;
      slot->key = 0;
      return slot;
    }
  }
  return exits.allocate(size);
}

// The word that decides is the page map's, which says owner and class in one.
// The block is written, not read: it may be far from this processor. That it is
// free already shows when it is to be served, or to leave the bins: then it has
// no key.
template <class Exits>
[[gnu::always_inline]] inline void deallocate_fast(
    ThreadHeap& heap, void* p, const Exits& exits) noexcept {
  auto* const slot = static_cast<FreeSlot*>(p);
  const std::size_t index = heap.granule_of(p);
  if (index >= heap.granules) [[unlikely]]
    return exits.deallocate(p);
  // The owner's bits vanish where they are this thread's: what is left is the
  // class and the place in the slab.
  const std::uint32_t word = heap.map[index].load(relaxed) ^ heap.tag;
  if (word < classes * max_align) [[likely]] {
    Bin& bin = heap.bin_of(word & ~std::uint32_t{max_align - 1});
    FreeSlot* const next = bin.head;
    const std::uintptr_t mark = next->key;
    if ((mark & room_mask) == 0 || --heap.until_duties < 0) [[unlikely]]
      return exits.deallocate_own(p, bin);
    slot->next = next;
    slot->key = mark - 1;
    bin.head = slot;
    return;
  }
  // Another thread's. One that goes where the last ones of its granule went
  // needs no look at its slab.
  Parcel& parcel = heap.parcel_for(index);
  if (parcel.granule != index || high_half(slot->key) == high_half(heap.key))
      [[unlikely]]
    return exits.deallocate(p);
  slot->next = parcel.first;
  slot->key = parcel.mark;
  parcel.first = slot;
  if (--parcel.room == 0) [[unlikely]]
    return exits.send(parcel);
}

/// The size of a block in this thread's own slabs; 0: it is not there, which
/// says nothing of what it is.
[[nodiscard, gnu::always_inline]] inline std::size_t own_size(
    const ThreadHeap& heap, const void* p) noexcept {
  const std::size_t index = heap.granule_of(p);
  if (index >= heap.granules) [[unlikely]]
    return 0;
  const std::uint32_t word = heap.map[index].load(relaxed) ^ heap.tag;
  if (word < (linear_classes + 1) * max_align) [[likely]]
    return word & ~std::uint32_t{max_align - 1};
  return word < classes * max_align
             ? size_of(word / static_cast<std::uint32_t>(max_align))
             : 0;
}

}  // namespace tarn::heap
