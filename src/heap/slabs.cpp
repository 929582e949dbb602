// Slabs of a thread heap: where bins are filled from, and where blocks go that
// no bin has room for. A slab whose slots are all in use is detached: nobody
// looks at it until a block comes back to it.
#include "base/order.hpp"
#include "base/read_ahead.hpp"
#include "heap/checked.hpp"
#include "heap/slow.hpp"
#include "span/limit.hpp"
#include "span/space.hpp"

#include <algorithm>
#include <new>

namespace tarn::heap {
namespace {

// Blocks of up to 4 KiB come from one granule, larger ones from two: what one
// of them keeps from going back is little.
constexpr std::size_t largest_of_granule = 4 * KiB;
constexpr unsigned granules_of_large_slots = 2;

// Of blocks up to this size nobody has the end of a slab: the next one may be
// another thread's.
constexpr std::size_t largest_with_end = 512;

// Larger ones gain nothing by sharing pages with others.
constexpr std::size_t largest_cold = 4 * KiB;

constexpr unsigned at_least(unsigned least, std::size_t n) noexcept {
  return n < least ? least : static_cast<unsigned>(n);
}

unsigned granules_for(const Domain& domain, std::size_t slot_size) noexcept {
  // Of a budget two are much: even two large slots are worth a slab then.
  const bool is_one =
      slot_size <= largest_of_granule || domain.budget != nullptr;
  return is_one ? 1 : granules_of_large_slots;
}

std::size_t bytes_for(std::size_t slot_size, unsigned granules) noexcept {
  const std::size_t bytes = granules * span::granule_size;
  return slot_size <= largest_with_end ? bytes - base::read_ahead : bytes;
}

void enter_owner(const Slab& slab, HeapId id) noexcept {
  span::Reservation* const home = span::the_space.find(slab.memory);
  if (home->descriptor(home->index_of(slab.memory)).owner() != id)
    describe(slab, id);
}

// A slot of a bare page is free already; these came back.
void require_none_bare(const ThreadHeap& heap, const Slab& slab,
                       const FreeSlot* slot) noexcept {
  for (; slot != nullptr; slot = slot->next)
    if (slab.is_bare(slab.offset_of(slot)))
      report_double_free(*heap.domain, slot);
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
      release(*heap.domain, slab);
    else
      link(slab.free != nullptr ? heap.partial[size_class]
                                : heap.dry[size_class],
           slab);
  }
  return is_any;
}

void give_back(ThreadHeap& heap, FreeSlot* slot) noexcept {
  const span::Reservation* const home = span::the_space.find(slot);
  if (home->descriptor(home->index_of(slot)).is(span::Use::mixed))
    return put_in_strip(slot);
  Slab& slab = slab_of(slot);
  if (slab.owner.load(relaxed) == heap.id)
    put_back(heap, slab, slot);
  else
    send(heap, slab, slot);
}

[[gnu::noinline]] void release_unused(ThreadHeap& heap, Slab& slab) noexcept {
  // A small one is kept of each class, for who takes and gives back by turns.
  const bool is_only = heap.partial[slab.size_class] == &slab &&
                       slab.older == nullptr &&
                       heap.dry[slab.size_class] == nullptr;
  if (is_only && slab.granules == 1 && heap.domain->budget == nullptr)
    return;
  unlink(heap, slab);
  release(*heap.domain, slab);
}

void fill(ThreadHeap& heap, unsigned size_class,
          const slab::Returned& got) noexcept {
  heap.bins[size_class].fill(got.first, got.count, room_of(size_class));
  ++heap.refills[size_class];
  count_filled(heap, got.count);
}

// What came of a slab that has nothing at hand any more.
void move_on(ThreadHeap& heap, Slab& slab) noexcept {
  unlink(heap, slab);
  if (slab.bare == 0 && slab.fresh == slab.capacity && slab.detach())
    return;
  link(heap.dry[slab.size_class], slab);
}

bool fill_from_partial(ThreadHeap& heap, unsigned size_class) noexcept {
  while (Slab* const slab = heap.partial[size_class]) {
    const slab::Returned got = slab->take_at_hand();
    if (slab->bare != 0) [[unlikely]]
      require_none_bare(heap, *slab, got.first);
    if (got.first != nullptr) {
      fill(heap, size_class, got);
      return true;
    }
    move_on(heap, *slab);
  }
  return false;
}

slab::Returned take_of_bare(ThreadHeap& heap, Slab& slab) noexcept {
  FreeSlot* twice = nullptr;
  const slab::Returned got =
      slab.take(0, heap.mark_of(slab.size_class), &twice);
  if (twice != nullptr)
    report_double_free(*heap.domain, twice);
  require_none_bare(heap, slab, got.first);
  if (slab.bare == 0)
    describe(slab, heap.id);
  return got;
}

// A page at a time, so that none is touched early: up to the end of the one in
// which the first slot ends, but for what a load from there may reach.
unsigned fresh_at_once(const Slab& slab) noexcept {
  const std::size_t size = slab.slot_size;
  const std::size_t begin = std::size_t{slab.fresh} * size;
  const std::size_t last = begin + size - 1 + slab::widest_load;
  const std::size_t end =
      (last / slab::least_page + 1) * slab::least_page - slab::widest_load;
  return at_least(1, (end - begin) / size);
}

bool fill_from_dry(ThreadHeap& heap, unsigned size_class) noexcept {
  while (Slab* const slab = heap.dry[size_class]) {
    const slab::Returned got =
        slab->bare != 0
            ? take_of_bare(heap, *slab)
            : slab->take(fresh_at_once(*slab), heap.mark_of(size_class));
    if (got.first != nullptr) {
      fill(heap, size_class, got);
      return true;
    }
    move_on(heap, *slab);
  }
  return false;
}

bool fill_from_slabs(ThreadHeap& heap, unsigned size_class) noexcept {
  return fill_from_partial(heap, size_class) || fill_from_dry(heap, size_class);
}

bool fill_from_strip(ThreadHeap& heap, unsigned size_class) noexcept {
  const slab::Returned got = take_strip(heap, size_class);
  if (got.first == nullptr)
    return false;
  fill(heap, size_class, got);
  if (heap.warmth[size_class] == 0)
    heap.warmth[size_class] = 1;
  return true;
}

// Of a heap that is dissolved.
void leave_slab(ThreadHeap& heap, Slab& slab) noexcept {
  unlink(heap, slab);
  if (slab.word.count() != 0)
    slab.take_returned();
  if (slab.is_unused())
    release(*heap.domain, slab);
  else
    give_up(heap, slab);
}

// A slot of a bare page is free already. A slab that had none at hand has one
// from now on.
[[gnu::noinline]] void look_before_put(ThreadHeap& heap, Slab& slab,
                                       const FreeSlot* slot) noexcept {
  if (slab.is_bare(slab.offset_of(slot)))
    report_double_free(*heap.domain, slot);
  if (slab.free_count != 0 || slab.link == &heap.partial[slab.size_class])
    return;
  unlink(heap, slab);
  link(heap.partial[slab.size_class], slab);
}

bool is_cold(const ThreadHeap& heap, unsigned size_class) noexcept {
  return heap.warmth[size_class] == 0 && size_of(size_class) <= largest_cold;
}

}  // namespace

// What is given back into a slab with bare pages takes the slow path.
void describe(const Slab& slab, HeapId id) noexcept {
  span::Reservation* const home = span::the_space.find(slab.memory);
  home->describe(home->index_of(slab.memory), slab.granules,
                 static_cast<span::Use>(slab.size_class),
                 slab.bare != 0 ? span::Descriptor::watched : 0, id);
}

void link(Slab*& first, Slab& slab) noexcept {
  slab.link = &first;
  slab.older = first;
  if (first != nullptr)
    first->link = &slab.older;
  first = &slab;
}

void unlink(ThreadHeap& heap, Slab& slab) noexcept {
  if (heap.trim_next == &slab) [[unlikely]]
    heap.trim_next = slab.older;
  *slab.link = slab.older;
  if (slab.older != nullptr)
    slab.older->link = slab.link;
}

// First all of them are marked otherwise, and so the one found that is in the
// bin twice.
void shorten_bin(ThreadHeap& heap, Bin& bin, unsigned kept) noexcept {
  if (bin.is_empty())
    return;
  const unsigned size_class = heap.class_of(bin);
  const std::uintptr_t mark = heap.mark_of(size_class);
  for (FreeSlot* slot = bin.head; slot != nullptr; slot = slot->next) {
    if (!is_free(*slot, heap.key))
      report_double_free(*heap.domain, slot);
    slot->key = 0;
  }
  FreeSlot* rest = bin.keep(kept, mark);
  bin.look(kept != 0 ? room_of(size_class) : 0, heap.key);
  while (rest != nullptr) {
    FreeSlot* const slot = rest;
    rest = slot->next;
    slot->key = mark;
    give_back(heap, slot);
  }
}

void give_up(ThreadHeap& heap, Slab& slab) noexcept {
  const unsigned size_class = slab.size_class;
  require_sound(*heap.domain, slab);
  if (slab.park())
    heap.listed[size_class].put(&slab);
}

void release(Domain& domain, Slab& slab) noexcept {
  require_sound(domain, slab);
  slab.owner.store(0, relaxed);
  release_run(domain, slab.memory, slab.granules);
}

Slab& slab_of(const void* p) noexcept {
  const span::Reservation* const home = span::the_space.find(p);
  std::size_t index = home->index_of(p);
  index -= home->descriptor(index).offset();
  return slab_in(home->note(index));
}

Slab* new_slab(ThreadHeap& heap, unsigned size_class) noexcept {
  const std::size_t size = size_of(size_class);
  const unsigned granules = granules_for(*heap.domain, size);
  std::byte* const memory =
      claim_run(*heap.domain, granules, span::granule_size,
                static_cast<span::Use>(size_class), 0, heap.id);
  if (memory == nullptr)
    return nullptr;
  Slab& slab = slab_of(memory);
  slab.start(memory, bytes_for(size, granules),
             static_cast<std::uint32_t>(size), size_class, heap.id);
  slab.granules = static_cast<std::uint8_t>(granules);
  slab.since = span::now_seconds();
  ++heap.slabs_made;
  return &slab;
}

bool refill(ThreadHeap& heap, unsigned size_class) noexcept {
  const Busy busy{heap};
  for (bool is_squeezed = false;; is_squeezed = true) {
    do
      if (fill_from_slabs(heap, size_class))
        return true;
    while (take_listed(heap, size_class));
    if (is_cold(heap, size_class) && fill_from_strip(heap, size_class))
      return true;
    if (Slab* const slab = new_slab(heap, size_class)) {
      link(heap.dry[size_class], *slab);
      continue;
    }
    if (is_squeezed)
      break;
    squeeze(*heap.domain);
  }
  return fill_from_strip(heap, size_class);
}

bool put_back(ThreadHeap& heap, Slab& slab, FreeSlot* slot) noexcept {
  const Busy busy{heap};
  if (slab.free_count == 0 || slab.bare != 0) [[unlikely]]
    look_before_put(heap, slab, slot);
  slab.put(slot);
  if (!slab.is_unused()) [[likely]]
    return true;
  release_unused(heap, slab);
  return false;
}

bool take_back(ThreadHeap& heap, Slab& slab) noexcept {
  const Busy busy{heap};
  if (!slab.reattach(heap.id))
    return false;
  link(heap.partial[slab.size_class], slab);
  return true;
}

void dissolve(ThreadHeap& heap) noexcept {
  const Busy busy{heap};
  if (heap.drawn != 0)
    bring_back(heap);
  for (unsigned i = 1; i < classes; ++i)
    shorten_bin(heap, heap.bins[i], 0);
  send_all(heap);
  for (unsigned i = 1; i < classes; ++i) {
    heap.warmth[i] = 0;
    while (Slab* const slab = heap.partial[i])
      leave_slab(heap, *slab);
    while (Slab* const slab = heap.dry[i])
      leave_slab(heap, *slab);
  }
  release_mixed(heap);
}

void release_listed(ThreadHeap& heap) noexcept {
  for (unsigned i = 1; i < classes; ++i) {
    slab::SlabList& list = heap.listed[i];
    for (Slab* next = list.take_all(); next != nullptr;) {
      Slab& slab = *next;
      next = slab.next_listed;
      if (slab.word.count() + slab.bare_slots == slab.fresh) {
        slab.adopt(0);
        release(*heap.domain, slab);
      } else {
        list.put(&slab);
      }
    }
  }
}

void squeeze(Domain& domain) noexcept {
  if (domain.budget == nullptr && !span::is_limited())
    return;
  if (domain.shared != nullptr)
    return release_mixed(*domain.shared);
  ThreadHeap& own = *own_heaps.at[domain.place];
  if (own.domain == &domain)
    dissolve(own);
  for (ThreadHeap* heap = members_of(domain); heap != nullptr;
       heap = heap->next_member)
    release_listed(*heap);
}

}  // namespace tarn::heap
