#include "heap/look.hpp"

#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "heap/thread_heap.hpp"
#include "span/walk.hpp"

namespace tarn::heap {
namespace {

using span::Descriptor;
using span::granule_size;
using span::Reservation;
using span::the_space;

using base::relaxed;

unsigned age_of(std::uint32_t seconds) noexcept {
  unsigned age = 0;
  while (age < ages - 1 && seconds >= age_ends[age])
    ++age;
  return age;
}

class Looking {
 public:
  Looking(Look& sum, std::uint32_t pool) noexcept
      : sum_(sum), pool_(pool), now_(span::now_seconds()) {}

  void operator()(const Reservation& part, std::size_t index) noexcept {
    const Descriptor word = part.descriptor(index);
    // A check's blocks count as large ones: by what they hold.
    const bool is_large =
        word.is(span::Use::checked) ||
        (word.is(span::Use::large) &&
         word.extra() == static_cast<unsigned>(PoolKind::heap));
    if (!is_large && word.size_class() == 0)
      return;
    // The heap's id stands where the run begins.
    if (word.offset() == 0)
      is_wanted_ = wants(part.ids()[index * span::granule_ids].load(relaxed));
    if (!is_wanted_)
      return;
    if (is_large)
      add_large(word);
    else if (word.size_class() < classes)
      add_slab(part, index, word);
  }

  void add_heap(ThreadHeap& heap) noexcept {
    if (!wants(heap.pool))
      return;
    ++sum_.thread_heaps;
    sum_.slabs_made += heap.slabs_made;
    look_at_bins_of_nobody(heap);
    add_bins(heap);
    const base::Locked locked{heap.lock};
    for (MixedSlab* mixed = heap.mixed; mixed != nullptr; mixed = mixed->next)
      add_mixed(*mixed);
  }

 private:
  [[nodiscard]] bool wants(std::uint32_t pool) const noexcept {
    return pool_ == any_pool || pool_ == pool;
  }

  void add_large(Descriptor word) noexcept {
    sum_.large_held += granule_size;
    if (word.offset() == 0)
      ++sum_.large_blocks;
  }

  // The counts of a slab change one by one while we read them, so none is
  // taken to fit the others.
  void add_slab(const Reservation& part, std::size_t index,
                Descriptor word) noexcept {
    const unsigned size_class = word.size_class();
    ClassLook& of = sum_.of[size_class];
    of.held += granule_size;
    if (word.offset() != 0)
      return;
    const auto& slab = reinterpret_cast<const Slab&>(part.note(index));
    const std::size_t capacity = slab.capacity;
    const std::size_t used = base::smaller<std::size_t>(slab.fresh, capacity);
    const std::size_t parked =
        base::smaller<std::size_t>(slab.word.count(), used);
    const std::size_t in_slab =
        base::smaller<std::size_t>(slab.free_count, used - parked);
    const std::size_t bare =
        base::smaller<std::size_t>(slab.bare_slots, used - parked - in_slab);
    const std::size_t given = used - parked - in_slab - bare;
    ++of.slabs;
    of.given += given;
    of.in_slabs += in_slab;
    of.fresh += capacity - used + bare;
    of.parked += parked;
    if (given == 0 || given == used)
      return;
    const std::uint32_t age =
        now_ - base::smaller<std::uint32_t>(slab.since, now_);
    of.pinned[age_of(age)] += (in_slab + parked) * size_of(size_class);
    of.pins += given;
    of.oldest = base::larger(of.oldest, age);
  }

  // Strips are of the class they serve; what is in none is told apart. They pin
  // less than a page, so their age does not matter.
  void add_mixed(MixedSlab& mixed) noexcept {
    sum_.mixed_free += granule_size;
    for (unsigned i = 0; i < slab::units; ++i) {
      const slab::Strip& strip = mixed.strips[i];
      if (strip.size_class == 0 || strip.size_class >= classes)
        continue;
      ClassLook& of = sum_.of[strip.size_class];
      const std::size_t bytes = strip.length * slab::unit_size;
      ++of.strips;
      of.held += bytes;
      of.in_slabs += strip.free_count;
      of.given += std::size_t{strip.capacity} - strip.free_count;
      sum_.mixed_free -= bytes;
    }
  }

  void add_bins(const ThreadHeap& heap) noexcept {
    constexpr std::uint32_t count_mask =
        (std::uint32_t{1} << Bin::seen_bits) - 1;
    bool is_ours = false;
    for (const ThreadHeap* const own : own_heaps.at)
      is_ours |= own == &heap;
    for (unsigned i = 1; i < classes; ++i) {
      const Bin& bin = heap.bins[i];
      const std::uint32_t seen = bin.seen;
      const std::uint32_t most = seen >> Bin::seen_bits;
      const std::uint32_t count =
          is_ours ? bin.count(heap.key) + count_aside(heap, i)
                  : seen & count_mask;
      const bool is_exact = is_ours || heap.thread == no_thread;
      sum_.of[i].in_bins += count;
      sum_.of[i].in_bins_most += is_exact ? count : most;
      sum_.of[i].refills += heap.refills[i];
    }
    if (is_ours)
      add_parcels(heap);
  }

  static std::uint32_t count_aside(const ThreadHeap& heap,
                                   unsigned size_class) noexcept {
    return heap.drawn == size_class ? Bin{heap.aside}.count(heap.key) : 0;
  }

  void add_parcels(const ThreadHeap& heap) noexcept {
    const Reservation& first = the_space.reservation(0);
    for (const Parcel& parcel : heap.outbox) {
      if (parcel.granule == no_granule)
        continue;
      const unsigned size_class = first.descriptor(parcel.granule).size_class();
      if (size_class < classes)
        sum_.of[size_class].collected += blocks_in(parcel);
    }
  }

  Look& sum_;
  const std::uint32_t pool_;
  const std::uint32_t now_;
  bool is_wanted_ = false;
};

// The second word of a block, which is the user's while the block is in use:
// what comes is then some value, and hardly ever the key.
[[gnu::noinline, gnu::no_sanitize_thread]] std::uintptr_t second_word(
    const std::byte* block) noexcept {
  return *reinterpret_cast<const volatile std::uintptr_t*>(
      block + offsetof(FreeSlot, key));
}

}  // namespace

std::uint32_t id_of(const Heap& heap) noexcept {
  const Domain& domain = Domain::of(heap);
  return &domain == &no_domain ? no_pool : domain.id;
}

void look(Look& sum, std::uint32_t pool) noexcept {
  sum = {};
  Looking looking{sum, pool};
  span::for_each_granule(looking);
  for (HeapId id = 1; id <= heaps(); ++id)
    looking.add_heap(heap_of(id));
  if (pool == any_pool) {
    sum.slabs_made += slabs_of_ended_heaps();
    for (unsigned i = 1; i < classes; ++i)
      sum.of[i].refills += refills_of_ended_heaps(i);
  }
  for (ClassLook& of : sum.of) {
    // Bins of others are not read at the moment that their slabs are.
    of.collected = base::smaller(of.collected, of.given);
    of.in_bins = base::smaller(of.in_bins, of.given - of.collected);
    of.in_bins_most = base::larger(of.in_bins, of.in_bins_most);
  }
}

void tell_block(Description& found) noexcept {
  if (found.size == 0)
    return;
  const Reservation* const home = the_space.find(found.start);
  std::size_t index = home->index_of(found.start);
  const Descriptor word = home->descriptor(index);
  const HeapId owner = word.owner();
  if (owner == 0 || owner > heaps() || word.offset() > index)
    return;  // it has changed meanwhile
  index -= word.offset();
  const ThreadHeap& heap = heap_of(owner);
  found.thread = heap.thread;
  found.state = has_key(second_word(found.start), heap.key)
                    ? BlockState::free
                    : BlockState::in_use;
  if (word.size_class() == 0)
    return;
  const auto& slab = reinterpret_cast<const Slab&>(home->note(index));
  found.slot = static_cast<std::uint32_t>(
      detail::bytes_between(home->granule(index), found.start) / found.size);
  found.age = span::now_seconds() - slab.since;
  if (slab.is_bare(found.slot * found.size))
    found.state = BlockState::free;
  if (found.slot >= slab.fresh)
    found.state =
        found.slot < slab.capacity ? BlockState::fresh : BlockState::unknown;
}

}  // namespace tarn::heap
