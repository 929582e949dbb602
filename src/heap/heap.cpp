// The fast path: the whole of most calls.
#include "tarn/heap.hpp"

#include "heap/slow.hpp"
#include "heap/thread_heap.hpp"

namespace tarn {
inline namespace v1 {

using namespace tarn::heap;

void* Heap::allocate(std::size_t size) noexcept {
  // Size 0 becomes the largest.
  if (size - 1 < largest_linear) [[likely]] {
    ThreadHeap& heap = *own_heaps.at[place_];
    Bin& bin = heap.bin_of(detail::round_up(size, max_align));
    FreeSlot* const slot = bin.head;
    if (slot != nullptr) [[likely]] {
      bin.head = slot->next;
      slot->key = 0;
      bin.room += one_allocation + 1;
      if (static_cast<std::int32_t>(bin.room) < 0) [[unlikely]]
        return allocated_at_last(slot, heap, bin);
      return slot;
    }
  }
  return allocate_slow(*this, size);
}

// The two words that decide are the page map's, which says owner and class in
// one, and the block's second one. Whatever else a pointer may be, the slow
// half finds out.
void Heap::deallocate(void* p) noexcept {
  ThreadHeap& heap = *own_heaps.at[place_];
  auto* const slot = static_cast<FreeSlot*>(p);
  const std::size_t index =
      (detail::address_of(p) - detail::address_of(heap.space)) /
      span::granule_size;
  if (index >= heap.granules) [[unlikely]]
    return deallocate_slow(*this, p);
  // The owner's bits vanish where they are this thread's: what is left is the
  // class and the place in the slab.
  const std::uint32_t word = heap.map[index].load(relaxed) ^ heap.tag;
  if (word < classes * max_align) [[likely]] {
    Bin& bin = heap.bin_of(word & ~std::uint32_t{max_align - 1});
    if (slot->key == heap.key || (bin.room & room_mask) == 0) [[unlikely]]
      return deallocate_own(*this, p);
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
    return deallocate_slow(*this, p);
  slot->next = parcel.first;
  slot->key = heap.key;
  parcel.first = slot;
  if (--parcel.room == 0) [[unlikely]]
    return send_full(*this, parcel);
}

}  // namespace v1
}  // namespace tarn
