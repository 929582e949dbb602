// Slabs of checked blocks: granules that the heap borrowed, and what is kept of
// them in memory of our own, which is used again for slabs of the same class.
#include "check/arena.hpp"
#include "check/degrade.hpp"
#include "check/heap.hpp"
#include "check/heap_shadow.hpp"
#include "check/shadow.hpp"
#include "os/guards.hpp"
#include "os/memory.hpp"
#include "span/space.hpp"

#include <bit>

namespace tarn::check {

constinit base::SpinLock spare_lock;

namespace {

using span::granule_size;
using span::the_space;

constexpr unsigned word_bits = 64;

// Those whose granules went back, by class.
constinit CheckSlab* spare[check_classes] TARN_GUARDED_BY(spare_lock) = {};

unsigned words_for(unsigned slots) noexcept {
  return (slots + word_bits - 1) / word_bits;
}

std::size_t stride_of(unsigned size_class) noexcept {
  return size_class < slab_classes
             ? heap::size_of(size_class) + 2 * redzone_of(size_class)
             : slot_pages(size_class - slab_classes) * os::page_size();
}

// A large heap touches all of its next slab soon: pages take half as long when
// they come at once. Those that are never touched are a small part of it.
void bring_pages(const HeapState& heap, std::byte* memory,
                 std::size_t size) noexcept {
  constexpr std::size_t large = 16 * MiB;
  const std::size_t page = os::page_size();
  if (size <= page || heap.live.load(std::memory_order_relaxed) < large)
    return;
  const std::size_t before = detail::address_of(memory) & (page - 1);
  static_cast<void>(
      os::populate(memory - before, detail::round_up(before + size, page)));
}

CheckSlab* take_spare(unsigned size_class) noexcept {
  const base::Locked locked{spare_lock};
  CheckSlab* const slab = spare[size_class];
  if (slab != nullptr)
    spare[size_class] = slab->next;
  return slab;
}

CheckSlab* describe_slab(const HeapState& heap, unsigned size_class) noexcept {
  if (CheckSlab* const slab = take_spare(size_class))
    return slab;
  const bool is_run = size_class == run_class;
  const std::size_t stride = is_run ? 0 : stride_of(size_class);
  const unsigned slots =
      is_run ? 1 : static_cast<unsigned>(granule_size / stride);
  const std::size_t bits = words_for(slots) * sizeof(std::uint64_t);
  // Records come first, so that each is in one line of the cache.
  constexpr std::size_t line = 64;
  const std::size_t records = slots * sizeof(Record);
  const std::size_t size = records + sizeof(CheckSlab) + bits;
  auto* memory = static_cast<std::byte*>(keep(size + line - max_align));
  if (memory == nullptr)
    return nullptr;
  memory = detail::align_up(memory, line);
  bring_pages(heap, memory, size);
  auto* const slab = reinterpret_cast<CheckSlab*>(memory + records);
  slab->stride = stride;
  slab->redzone = static_cast<std::uint16_t>(
      size_class < slab_classes ? redzone_of(size_class) : 0);
  slab->slots = static_cast<std::uint16_t>(slots);
  slab->size_class = static_cast<std::uint8_t>(size_class);
  slab->layout = is_run                       ? Layout::run
                 : size_class >= slab_classes ? Layout::pages
                                              : Layout::slab;
  slab->free = reinterpret_cast<std::uint64_t*>(slab + 1);
  slab->records = reinterpret_cast<Record*>(memory);
  return slab;
}

void keep_spare(CheckSlab& slab) noexcept {
  const base::Locked locked{spare_lock};
  slab.heap = nullptr;
  slab.next = spare[slab.size_class];
  spare[slab.size_class] = &slab;
}

void start(CheckSlab& slab) noexcept {
  slab.newer = nullptr;
  slab.older = nullptr;
  slab.next = nullptr;
  slab.previous = nullptr;
  slab.in_use = 0;
  slab.lowest = 0;
  for (unsigned i = 0; i < slab.slots; ++i) {
    slab.records[i] = {};
    if (i % word_bits == 0)
      slab.free[i / word_bits] = 0;
    slab.free[i / word_bits] |= std::uint64_t{1} << i % word_bits;
  }
}

void add_to_free(CheckClass& of, CheckSlab& slab) noexcept
    TARN_REQUIRES(of.lock) {
  slab.previous = nullptr;
  slab.next = of.with_free;
  if (of.with_free != nullptr)
    of.with_free->previous = &slab;
  of.with_free = &slab;
}

void take_from_free(CheckClass& of, CheckSlab& slab) noexcept
    TARN_REQUIRES(of.lock) {
  (slab.previous != nullptr ? slab.previous->next : of.with_free) = slab.next;
  if (slab.next != nullptr)
    slab.next->previous = slab.previous;
}

CheckSlab*& slab_in(span::Note& note) noexcept {
  return *reinterpret_cast<CheckSlab**>(note.bytes);
}

}  // namespace

std::size_t slot_pages(unsigned page_class) noexcept {
  return std::size_t{2} << page_class;
}

unsigned page_class_of(std::size_t size, std::size_t align) noexcept {
  const std::size_t page = os::page_size();
  for (unsigned i = 0; i < most_page_classes; ++i) {
    const std::size_t slot = slot_pages(i) * page;
    if (slot <= span::granule_size && align <= slot && size <= slot - page &&
        detail::round_up(size, align < page ? align : page) <= slot - page)
      return slab_classes + i;
  }
  return run_class;
}

CheckSlab* new_slab(HeapState& heap, unsigned size_class, std::size_t granules,
                    std::size_t align) noexcept {
  CheckSlab* const slab = describe_slab(heap, size_class);
  if (slab == nullptr)
    return nullptr;
  std::byte* const memory = heap::claim_run(
      *heap.domain, granules, align < granule_size ? granule_size : align,
      span::Use::checked, static_cast<unsigned>(slab->layout), 0, &granules);
  if (memory == nullptr) {
    keep_spare(*slab);
    return nullptr;
  }
  slab->heap = &heap;
  slab->memory = memory;
  slab->granules = static_cast<std::uint32_t>(granules);
  if (slab->layout == Layout::run)
    slab->stride = granules * granule_size;
  start(*slab);
  // What lies there goes back to the system, and nobody touches it but by a
  // block. Where there are no more guards the fills have to do.
  if (follows_sanitizer())
    lent_in_shadow(*slab);
  else if (slab->layout == Layout::slab)
    bring_pages(heap, memory, granule_size);
  else if (!os::guard(memory, granules * granule_size))
    guard_is_refused();
  span::Reservation* const home = the_space.find(memory);
  slab_in(home->note(home->index_of(memory))) = slab;
  return slab;
}

void give_back(CheckSlab& slab) noexcept {
  const std::size_t size = slab.granules * granule_size;
  // Pages that stay shut, since the process has no mappings left to cut them
  // out, are nobody's any more.
  bool is_open = true;
  if (follows_sanitizer())
    returned_in_shadow(slab);
  else if (slab.layout != Layout::slab)
    is_open = os::unguard(slab.memory, size);
  heap::Domain& domain = *slab.heap->domain;
  std::byte* const memory = slab.memory;
  const std::size_t granules = slab.granules;
  if (!is_open) {
    span::Reservation* const home = the_space.find(memory);
    slab_in(home->note(home->index_of(memory))) = nullptr;
  }
  keep_spare(slab);
  if (is_open)
    heap::release_run(domain, memory, granules);
}

CheckSlab* slab_at(const void* p) noexcept {
  const span::Reservation* const home = the_space.find(p);
  if (home == nullptr)
    return nullptr;
  std::size_t index = home->index_of(p);
  for (;;) {
    const span::Descriptor word = home->descriptor(index);
    if (!word.is(span::Use::checked) ||
        word.extra() >= static_cast<unsigned>(Layout::layouts) ||
        word.offset() > index)
      return nullptr;
    if (word.offset() == 0)
      break;
    index -= word.offset();
  }
  CheckSlab* const slab = slab_in(home->note(index));
  return slab != nullptr && slab->heap != nullptr ? slab : nullptr;
}

void link(CheckClass& of, CheckSlab& slab) noexcept {
  slab.older = of.all;
  slab.newer = nullptr;
  if (of.all != nullptr)
    of.all->newer = &slab;
  of.all = &slab;
  if (slab.in_use == slab.slots)
    return;
  add_to_free(of, slab);
}

void unlink(CheckClass& of, CheckSlab& slab) noexcept {
  (slab.newer != nullptr ? slab.newer->older : of.all) = slab.older;
  if (slab.older != nullptr)
    slab.older->newer = slab.newer;
  if (slab.in_use != slab.slots)
    take_from_free(of, slab);
}

unsigned take_slot(CheckClass& of, CheckSlab& slab) noexcept {
  unsigned word = slab.lowest;
  while (slab.free[word] == 0)
    ++word;
  slab.lowest = static_cast<std::uint16_t>(word);
  const auto bit = static_cast<unsigned>(std::countr_zero(slab.free[word]));
  slab.free[word] &= slab.free[word] - 1;
  if (++slab.in_use == slab.slots)
    take_from_free(of, slab);
  return word * word_bits + bit;
}

bool put_slot(CheckClass& of, CheckSlab& slab, unsigned slot) noexcept {
  const unsigned word = slot / word_bits;
  slab.free[word] |= std::uint64_t{1} << slot % word_bits;
  if (word < slab.lowest)
    slab.lowest = static_cast<std::uint16_t>(word);
  if (slab.in_use-- == slab.slots)
    add_to_free(of, slab);
  // One is kept, for who takes and gives back by turns.
  const bool is_only = of.with_free == &slab && slab.next == nullptr;
  if (slab.in_use != 0 || (is_only && slab.layout != Layout::run))
    return false;
  unlink(of, slab);
  return true;
}

}  // namespace tarn::check
