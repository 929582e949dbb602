// Mixed slabs: the first blocks of a class come from a strip of one, so that a
// thread which needs a few blocks of many sizes touches few pages. What they
// serve goes home by the lock of the thread heap that has them, whoever frees.
#include "heap/slow.hpp"
#include "span/space.hpp"

#include <new>

namespace tarn::heap {
namespace {

using slab::Strip;

MixedSlab& mixed_at(const void* p) noexcept {
  const span::Reservation* const home = span::the_space.find(p);
  static_assert(sizeof(MixedSlab) + sizeof(Run) <= sizeof(span::Note));
  return *std::launder(
      reinterpret_cast<MixedSlab*>(home->note(home->index_of(p)).bytes));
}

ThreadHeap& owner_of(const void* p) noexcept {
  const span::Reservation* const home = span::the_space.find(p);
  return heap_of(home->descriptor(home->index_of(p)).owner());
}

void unlink(ThreadHeap& heap, MixedSlab& mixed) noexcept
    TARN_REQUIRES(heap.lock) {
  MixedSlab** link = &heap.mixed;
  while (*link != &mixed)
    link = &(*link)->next;
  *link = mixed.next;
}

void release(ThreadHeap& heap, const MixedSlab& mixed) noexcept
    TARN_EXCLUDES(heap.lock) {
  release_run(*heap.domain, reinterpret_cast<std::byte*>(mixed.strips), 1);
}

// One is kept where no budget is charged for it.
bool is_wanted(const ThreadHeap& heap, const MixedSlab& mixed) noexcept
    TARN_REQUIRES(heap.lock) {
  const bool is_only = heap.mixed == &mixed && mixed.next == nullptr;
  return !mixed.is_unused() || (is_only && heap.domain->budget == nullptr);
}

}  // namespace

Strip* find_strip(ThreadHeap& heap, unsigned size_class,
                  bool may_add) noexcept {
  for (MixedSlab* mixed = heap.mixed; mixed != nullptr; mixed = mixed->next)
    if (Strip* const strip = mixed->find(size_class))
      return strip;
  if (!may_add)
    return nullptr;
  for (MixedSlab* mixed = heap.mixed; mixed != nullptr; mixed = mixed->next)
    if (Strip* const strip = mixed->add(size_class, size_of(size_class),
                                        heap.mark_of(size_class))) {
      ++heap.strips[size_class];
      return strip;
    }
  return nullptr;
}

bool add_mixed(ThreadHeap& heap) noexcept {
  std::byte* const memory = claim_run(*heap.domain, 1, span::granule_size,
                                      span::Use::mixed, 0, heap.id);
  if (memory == nullptr)
    return false;
  // Not constructed, which would not be a store that statistics may meet.
  MixedSlab* const mixed = &mixed_at(memory);
  mixed->start(memory);
  const base::Locked locked{heap.lock};
  mixed->next = heap.mixed;
  heap.mixed = mixed;
  return true;
}

slab::Returned take_strip(ThreadHeap& heap, unsigned size_class) noexcept {
  do {
    const base::Locked locked{heap.lock};
    if (Strip* const strip = find_strip(heap, size_class, true))
      return MixedSlab::take(*strip);
  } while (add_mixed(heap));
  return {nullptr, 0};
}

bool keep_of_strip(ThreadHeap& heap, unsigned size_class,
                   FreeSlot* slot) noexcept {
  // Blocks of strips take the slow path each time, so a class whose blocks come
  // and go must get others: its bin runs dry, and is filled from a slab.
  constexpr std::uint8_t most_kept = 8;
  std::uint8_t& warmth = heap.warmth[size_class];
  Bin& bin = heap.bins[size_class];
  if (warmth == 0 || warmth > most_kept || !bin.has_room())
    return false;
  ++warmth;
  bin.push(slot);
  return true;
}

void put_in_strip(FreeSlot* slot) noexcept {
  ThreadHeap& heap = owner_of(slot);
  MixedSlab& mixed = mixed_at(slot);
  {
    const base::Locked locked{heap.lock};
    Strip& strip = *mixed.strip_at(slot);
    const unsigned size_class = strip.size_class;
    if (mixed.put(strip, slot))
      --heap.strips[size_class];
    if (is_wanted(heap, mixed))
      return;
    unlink(heap, mixed);
  }
  release(heap, mixed);
}

void release_mixed(ThreadHeap& heap) noexcept {
  MixedSlab* unused = nullptr;
  {
    const base::Locked locked{heap.lock};
    for (MixedSlab** link = &heap.mixed; *link != nullptr;) {
      MixedSlab* const mixed = *link;
      if (!mixed->is_unused()) {
        link = &mixed->next;
        continue;
      }
      *link = mixed->next;
      mixed->next = unused;
      unused = mixed;
    }
  }
  while (unused != nullptr) {
    const MixedSlab& mixed = *unused;
    unused = mixed.next;
    release(heap, mixed);
  }
}

// Whoever asks has the block, so its strip stays as it is.
std::size_t strip_slot(const void* p, const std::byte** begin) noexcept {
  MixedSlab& mixed = mixed_at(p);
  const Strip* const strip = mixed.strip_at(p);
  if (strip == nullptr)
    return 0;
  *begin = mixed.begin_of(*strip);
  return strip->bytes();
}

}  // namespace tarn::heap
