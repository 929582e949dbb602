// fast.hpp - the fast path: the whole of most calls.
//
// Inlined into Heap's own functions and into the doors, each with its own way
// out to the slow half: `Exits` has
//
//     void* allocate(std::size_t size)             no block at hand
//     void* allocated(void*, ThreadHeap&, Bin&)    duties are due
//     void deallocate(void* p)                     not so simple, or none of
//     ours void deallocate_own(void* p)                 the bin is full, or a
//     fault void send(Parcel& parcel)                    it became full
//
// Cost     17 and 27 instructions, inlined into malloc and free.
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "heap/slow.hpp"

namespace tarn::heap {

template <class Exits>
[[nodiscard, gnu::always_inline]] inline void* allocate_fast(
    ThreadHeap& heap, std::size_t size, const Exits& exits) {
  // Size 0 becomes the largest.
  if (size - 1 < largest_linear) [[likely]] {
    Bin& bin = heap.bin_of(detail::round_up(size, max_align));
    FreeSlot* const slot = bin.head;
    if (slot != nullptr) [[likely]] {
      bin.head = slot->next;
      slot->key = 0;
      bin.room += one_allocation + 1;
      if (static_cast<std::int32_t>(bin.room) < 0) [[unlikely]]
        return exits.allocated(slot, heap, bin);
      return slot;
    }
  }
  return exits.allocate(size);
}

// The two words that decide are the page map's, which says owner and class in
// one, and the block's second one. Whatever else a pointer may be, the slow
// half finds out.
template <class Exits>
[[gnu::always_inline]] inline void deallocate_fast(
    ThreadHeap& heap, void* p, const Exits& exits) noexcept {
  auto* const slot = static_cast<FreeSlot*>(p);
  const std::size_t index =
      (detail::address_of(p) - detail::address_of(heap.space)) /
      span::granule_size;
  if (index >= heap.granules) [[unlikely]]
    return exits.deallocate(p);
  // The owner's bits vanish where they are this thread's: what is left is the
  // class and the place in the slab.
  const std::uint32_t word = heap.map[index].load(relaxed) ^ heap.tag;
  if (word < classes * max_align) [[likely]] {
    Bin& bin = heap.bin_of(word & ~std::uint32_t{max_align - 1});
    if (slot->key == heap.key || (bin.room & room_mask) == 0) [[unlikely]]
      return exits.deallocate_own(p);
    --bin.room;
    slot->next = bin.head;
    slot->key = heap.key;
    bin.head = slot;
    return;
  }
  // Another thread's. One that goes where the last ones of its granule went
  // needs no look at its slab.
  Parcel& parcel = heap.parcel_for(index);
  if (parcel.granule != index || slot->key == heap.key) [[unlikely]]
    return exits.deallocate(p);
  slot->next = parcel.first;
  slot->key = heap.key;
  parcel.first = slot;
  if (--parcel.room == 0) [[unlikely]]
    return exits.send(parcel);
}

/// The size of a block in this thread's own slabs; 0: it is not there, which
/// says nothing of what it is.
[[nodiscard, gnu::always_inline]] inline std::size_t own_size(
    const ThreadHeap& heap, const void* p) noexcept {
  const std::size_t index =
      (detail::address_of(p) - detail::address_of(heap.space)) /
      span::granule_size;
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
