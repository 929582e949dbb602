// Slabs of a thread heap: where bins are filled from, and where blocks go that
// no bin has room for. A slab whose slots are all in use is detached: nobody
// looks at it until a block comes back to it.
#include "base/order.hpp"
#include "heap/slow.hpp"
#include "span/space.hpp"

#include <new>

namespace tarn::heap {
namespace {

// Blocks of up to 4 KiB come from one granule, larger ones from eight.
constexpr std::size_t largest_of_granule = 4 * KiB;
constexpr unsigned granules_of_large_slots = 8;

// Fresh slots are linked a page at a time, so that none is touched early.
constexpr std::size_t fresh_at_once = 4 * KiB;

// What a bin takes back beyond what it was filled with.
constexpr std::size_t room_bytes = 8 * KiB;

constexpr unsigned granules_of(std::size_t slot_size) noexcept {
  return slot_size <= largest_of_granule ? 1 : granules_of_large_slots;
}

constexpr unsigned at_least(unsigned least, std::size_t n) noexcept {
  return n < least ? least : static_cast<unsigned>(n);
}

void link(ThreadHeap& heap, Slab& slab) noexcept {
  Slab*& first = heap.partial[slab.size_class];
  slab.newer = nullptr;
  slab.older = first;
  if (first != nullptr)
    first->newer = &slab;
  first = &slab;
}

void unlink(ThreadHeap& heap, Slab& slab) noexcept {
  if (slab.newer != nullptr)
    slab.newer->older = slab.older;
  else
    heap.partial[slab.size_class] = slab.older;
  if (slab.older != nullptr)
    slab.older->newer = slab.newer;
}

// Nobody uses it and it is in no list.
void release(Slab& slab) noexcept {
  slab.owner.store(0, relaxed);
  span::the_space.release(slab.memory, granules_of(slab.slot_size));
}

void enter_owner(const Slab& slab, HeapId id) noexcept {
  span::Reservation* const home = span::the_space.find(slab.memory);
  const std::size_t index = home->index_of(slab.memory);
  if (home->descriptor(index).owner() != id)
    home->describe(index, granules_of(slab.slot_size),
                   static_cast<span::Use>(slab.size_class), 0, id);
}

// True: a slab with free slots is in `partial` now.
bool take_listed(ThreadHeap& heap, unsigned size_class) noexcept {
  Slab* next = heap.listed[size_class].take_all();
  const bool is_any = next != nullptr;
  while (next != nullptr) {
    Slab& slab = *next;
    next = slab.next_listed;
    slab.adopt(heap.id);
    enter_owner(slab, heap.id);
    if (slab.is_unused() && heap.partial[size_class] != nullptr)
      release(slab);
    else
      link(heap, slab);
  }
  return is_any;
}

bool add_slab(ThreadHeap& heap, unsigned size_class) noexcept {
  const std::size_t size = size_of(size_class);
  const unsigned granules = granules_of(size);
  std::byte* const memory = span::the_space.claim(
      granules, static_cast<span::Use>(size_class), 0, heap.id);
  if (memory == nullptr)
    return false;
  Slab& slab = slab_of(memory);
  slab.start(memory, granules * span::granule_size,
             static_cast<std::uint32_t>(size), size_class, heap.id);
  link(heap, slab);
  return true;
}

// The owner of a slab that is in no list lets whoever needs it have it.
void give_up(ThreadHeap& heap, Slab& slab) noexcept {
  const unsigned size_class = slab.size_class;
  if (slab.park())
    heap.listed[size_class].put(&slab);
}

void empty_bin(ThreadHeap& heap, Bin& bin) noexcept {
  while (FreeSlot* const slot = bin.head) {
    bin.head = slot->next;
    Slab& slab = slab_of(slot);
    if (slab.owner.load(relaxed) == heap.id)
      put_back(heap, slab, slot);
    else
      send(heap, slab, slot);
  }
  bin.room = 0;
}

}  // namespace

Slab& slab_of(const void* p) noexcept {
  const span::Reservation* const home = span::the_space.find(p);
  std::size_t index = home->index_of(p);
  index -= home->descriptor(index).offset();
  static_assert(sizeof(Slab) <= sizeof(span::Note));
  return *std::launder(reinterpret_cast<Slab*>(&home->note(index)));
}

bool refill(ThreadHeap& heap, unsigned size_class) noexcept {
  const Busy busy{heap};
  const std::size_t size = size_of(size_class);
  Bin& bin = heap.bins[size_class];
  for (;;) {
    while (Slab* const slab = heap.partial[size_class]) {
      const slab::Returned got = slab->take(at_least(1, fresh_at_once / size));
      if (got.first != nullptr) {
        bin.head = got.first;
        bin.room = (bin.room & ~room_mask) | at_least(2, room_bytes / size);
        return true;
      }
      unlink(heap, *slab);
      if (!slab->detach())
        link(heap, *slab);
    }
    if (!take_listed(heap, size_class) && !add_slab(heap, size_class))
      return false;
  }
}

void put_back(ThreadHeap& heap, Slab& slab, FreeSlot* slot) noexcept {
  const Busy busy{heap};
  slab.put(slot);
  if (!slab.is_unused())
    return;
  // A small one is kept of each class, for who takes and gives back by turns.
  const bool is_only =
      heap.partial[slab.size_class] == &slab && slab.older == nullptr;
  if (is_only && granules_of(slab.slot_size) == 1)
    return;
  unlink(heap, slab);
  release(slab);
}

bool take_back(ThreadHeap& heap, Slab& slab) noexcept {
  const Busy busy{heap};
  if (!slab.reattach(heap.id))
    return false;
  link(heap, slab);
  return true;
}

void dissolve(ThreadHeap& heap) noexcept {
  for (unsigned i = 1; i < classes; ++i)
    empty_bin(heap, heap.bins[i]);
  send_all(heap);
  for (unsigned i = 1; i < classes; ++i)
    while (Slab* const slab = heap.partial[i]) {
      unlink(heap, *slab);
      if (slab->word.count() != 0)
        slab->take_returned();
      if (slab->is_unused())
        release(*slab);
      else
        give_up(heap, *slab);
    }
}

void release_listed() noexcept {
  for (HeapId id = 1; id <= heaps(); ++id)
    for (unsigned i = 1; i < classes; ++i) {
      slab::SlabList& list = heap_of(id).listed[i];
      for (Slab* next = list.take_all(); next != nullptr;) {
        Slab& slab = *next;
        next = slab.next_listed;
        if (slab.word.count() == slab.fresh) {
          static_cast<void>(slab.word.take(slab.memory));
          release(slab);
        } else {
          list.put(&slab);
        }
      }
    }
}

}  // namespace tarn::heap
