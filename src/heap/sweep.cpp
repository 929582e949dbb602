// What free blocks keep goes back: those that wait in bins which nobody uses to
// their slabs, slabs that nobody uses to the space, and of other slabs the
// pages that hold nothing but free slots. The owner does it on its cadence, a
// little at a time; whoever looks after the heaps for threads that idle
// (idle.cpp) and for slabs that wait for an owner.
//
// Slots that come and go keep their pages: only a slab whose count of free ones
// was the same a sweep ago loses some.
#include "heap/slow.hpp"
#include "os/memory.hpp"
#include "os/process.hpp"
#include "span/space.hpp"

#include <bit>

namespace tarn::heap {
namespace {

// So long from one sweep to the next. A block that was freed is in its slab
// after two, and its page is gone after three: within a second.
constexpr std::uint32_t sweep_ms = 250;

// What a bin that is in use may keep; of more, a half goes at each sweep.
constexpr std::size_t kept_bytes = 8 * KiB;

// Each class has two lists, `partial` and `dry`.
constexpr unsigned lists = 2 * classes;

// Slabs, or lists without one, between two looks at the clock.
constexpr unsigned steps_together = 8;

// Upkeep gives pages of listed slabs back for so long at a time, nanoseconds.
constexpr std::uint64_t listed_budget = 500'000;

void give_back(span::Reservation& home, const Slab& slab,
               slab::PageBits pages) noexcept {
  const std::size_t size = slab.page_size();
  while (pages != 0) {
    const auto first = static_cast<unsigned>(std::countr_zero(pages));
    const auto count = static_cast<unsigned>(std::countr_one(pages >> first));
    home.give_back_pages(slab.memory + first * size, count * size);
    pages &= ~((slab::all_pages >> (slab::most_pages - count)) << first);
  }
}

// A granule may have come with pages, and slots that were never handed out keep
// those behind the last one that was.
void give_back_fresh(span::Reservation& home, const Slab& slab) noexcept {
  const std::size_t page = os::page_size();
  const std::size_t used = std::size_t{slab.fresh} * slab.slot_size;
  const std::size_t begin = (used + page - 1) / page * page;
  const std::size_t end = slab.granules * span::granule_size;
  if (begin < end && os::present(slab.memory + begin, end - begin) != 0)
    home.give_back_pages(slab.memory + begin, end - begin);
}

// A huge page is broken up where most of the slab is free; else what is gained
// would be less than what is lost.
void lay_bare(const ThreadHeap& heap, Slab& slab) noexcept {
  span::Reservation& home = *span::the_space.find(slab.memory);
  if (slab.free_count * 2u > slab.fresh || !home.is_huge(slab.memory)) {
    require_sound(*heap.domain, slab);
    const slab::PageBits pages = slab.lay_bare(os::page_size());
    if (pages != 0)
      describe(slab, home.descriptor(home.index_of(slab.memory)).owner());
    give_back(home, slab, pages);
    if (!home.is_huge(slab.memory))
      give_back_fresh(home, slab);
  }
  slab.seen_free = slab.free_count;
  slab.is_laid_bare = true;
}

// Whether nothing was taken or put back since the last time. `count` are the
// free slots.
bool has_settled(Slab& slab, unsigned count) noexcept {
  if (slab.seen_free == count)
    return true;
  slab.seen_free = static_cast<std::uint16_t>(count);
  slab.is_laid_bare = false;
  return false;
}

void trim_slab(ThreadHeap& heap, Slab& slab, bool is_idle) noexcept {
  if (slab.word.count() != 0) {
    slab.take_returned();
    unlink(heap, slab);
    link(heap.partial[slab.size_class], slab);
  }
  if (!has_settled(slab, slab.free_count) && !is_idle)
    return;
  if (slab.is_unused()) {
    unlink(heap, slab);
    release(*heap.domain, slab);
  } else if (!slab.is_laid_bare) {
    lay_bare(heap, slab);
  }
}

// The blocks of a bin that has the same one on top as at the last sweep go to
// their slabs, and those deepest in one that holds many.
void trim_bin(ThreadHeap& heap, unsigned size_class) noexcept {
  Bin& bin = heap.bins[size_class];
  if (!bin.has_moved()) {
    heap.warmth[size_class] = 0;
    return shorten_bin(heap, bin, 0);
  }
  const unsigned count = bin.count(heap.key);
  if (count * size_of(size_class) > kept_bytes)
    shorten_bin(heap, bin, count / 2);
  else
    bin.look(room_of(size_class), heap.key);
}

// One slab further, or to the next list. False: that was the last one.
bool step(ThreadHeap& heap, bool is_idle) noexcept {
  if (Slab* const slab = heap.trim_next) {
    heap.trim_next = slab->older;
    trim_slab(heap, *slab, is_idle);
    return true;
  }
  heap.trim_list = (heap.trim_list + 1) % lists;
  const unsigned size_class = heap.trim_list / 2;
  const bool is_dry = heap.trim_list % 2 != 0;
  // An idle thread's fast path may come back at any time.
  if (!is_idle && !is_dry && size_class != 0)
    trim_bin(heap, size_class);
  heap.trim_next = is_dry ? heap.dry[size_class] : heap.partial[size_class];
  return heap.trim_list != 0;
}

// Somebody else may have been quicker.
bool start(ThreadHeap& heap, std::uint32_t now) noexcept {
  if (!is_trim_due(heap, now))
    return false;
  if (heap.trim_list == 0)
    heap.trimmed = now;
  return true;
}

// A slab that was taken off the list of the heap. Nobody owns it.
void trim_listed(ThreadHeap& heap, Slab& slab, bool may_purge) noexcept {
  const unsigned count = slab.word.count();
  const bool is_unused = count + slab.bare_slots == slab.fresh;
  const bool is_worth_it = slab.may_fill_page(count, os::page_size());
  if (!is_unused && (!is_worth_it || !has_settled(slab, count) ||
                     slab.is_laid_bare || !may_purge))
    return heap.listed[slab.size_class].put(&slab);
  slab.adopt(0);
  if (slab.is_unused())
    return release(*heap.domain, slab);
  lay_bare(heap, slab);
  give_up(heap, slab);
}

}  // namespace

bool is_trim_due(const ThreadHeap& heap, std::uint32_t now) noexcept {
  return heap.trim_list != 0 || now - heap.trimmed >= sweep_ms;
}

void trim_own(ThreadHeap& heap, std::uint32_t now,
              std::uint64_t until) noexcept {
  if (heap.busy.load(relaxed) % 2 != 0 || !is_trim_due(heap, now))
    return;
  {
    const Busy busy{heap};
    if (!start(heap, now))
      return;
  }
  for (unsigned steps = 1;; ++steps) {
    {
      const Busy busy{heap};
      if (!step(heap, false))
        return;
    }
    if (steps % steps_together == 0 && os::exact_now() >= until)
      return;
  }
}

void trim_frozen(ThreadHeap& heap, std::uint32_t now,
                 std::uint64_t until) noexcept {
  if (!start(heap, now))
    return;
  for (unsigned steps = 1; step(heap, true); ++steps)
    if (steps % steps_together == 0 && os::exact_now() >= until)
      return;
}

void trim_listed(Domain& domain) noexcept {
  const std::uint64_t until = os::exact_now() + listed_budget;
  bool may_purge = true;
  for (ThreadHeap* heap = members_of(domain); heap != nullptr;
       heap = heap->next_member)
    for (unsigned i = 1; i < classes; ++i)
      for (Slab* next = heap->listed[i].take_all(); next != nullptr;) {
        Slab& slab = *next;
        next = slab.next_listed;
        trim_listed(*heap, slab, may_purge);
        may_purge = may_purge && os::exact_now() < until;
      }
}

}  // namespace tarn::heap
