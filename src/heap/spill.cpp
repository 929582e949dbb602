// What a full bin gives back to the slabs: some blocks at once, so that the
// next frees find room. Those that came last go; they are near.
//
// The blocks that were pushed say 0, 1, 2 ... from the top down how many more
// may follow, and those below them what a block says that a bin was filled
// with. One that says anything else was given back twice.
#include "base/order.hpp"
#include "heap/slow.hpp"
#include "span/space.hpp"

namespace tarn::heap {
namespace {

// So many at once that what a call costs beside its block hardly shows, and so
// few that none takes long; of a bin with little room, half.
constexpr unsigned most_spilled = 32;

unsigned count_pushed(const ThreadHeap& heap, const Bin& bin,
                      unsigned most) noexcept {
  const std::uintptr_t filled = heap.mark_of(heap.class_of(bin));
  unsigned count = 0;
  for (const FreeSlot* slot = bin.head; count < most && slot->next != nullptr;
       slot = slot->next) {
    if (slot->key == filled)
      break;
    if (slot->key != (heap.key | count))
      report_double_free(*heap.domain, slot);
    ++count;
  }
  return count;
}

// The slab of a block in this heap's bins. Null: it is not the heap's, and the
// block is on its way.
Slab* own_slab(ThreadHeap& heap, FreeSlot* slot) noexcept {
  const span::Reservation* const home = span::the_space.find(slot);
  const span::Descriptor word = home->descriptor(home->index_of(slot));
  if (word.is(span::Use::mixed)) {
    put_in_strip(slot);
    return nullptr;
  }
  Slab& slab = slab_of(slot);
  const HeapId owner = slab.owner.load(relaxed);
  if (owner == heap.id ||
      (owner == 0 && word.owner() == heap.id && take_back(heap, slab)))
    return &slab;
  send(heap, slab, slot);
  return nullptr;
}

}  // namespace

bool spill(ThreadHeap& heap, Bin& bin) noexcept {
  const unsigned size_class = heap.class_of(bin);
  const std::uintptr_t filled = heap.mark_of(size_class);
  const unsigned count = count_pushed(
      heap, bin, base::smaller(most_spilled, room_of(size_class) / 2));
  const Busy busy{heap};
  Slab* slab = nullptr;
  for (unsigned left = count; left != 0; --left) {
    FreeSlot* const slot = bin.head;
    bin.head = slot->next;
    slot->key = filled;
    if (slab == nullptr || !slab->is_inside(slot))
      slab = own_slab(heap, slot);
    if (slab != nullptr && !put_back(heap, *slab, slot))
      slab = nullptr;
  }
  return count != 0;
}

}  // namespace tarn::heap
