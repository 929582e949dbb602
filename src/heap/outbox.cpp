// Blocks go home in parcels: those of one granule are linked, and one
// compare-and-swap delivers them.
#include "heap/slow.hpp"
#include "span/space.hpp"

namespace tarn::heap {
namespace {

// A parcel holds up to 64 blocks or 4 KiB, of up to 1 KiB at least eight; so a
// thread keeps at most 128 KiB of others' blocks from them.
constexpr std::uint32_t most_blocks = 64;
constexpr std::uint32_t least_blocks = 8;
constexpr std::uint32_t most_bytes = 4 * KiB;

// Parcels sent between duties, for a thread that only ever frees.
constexpr std::uint32_t posts_between_duties = 64;

constexpr std::uint32_t capacity_for(std::uint32_t slot_size) noexcept {
  const std::uint32_t fit =
      slot_size <= largest_linear && most_bytes / slot_size < least_blocks
          ? least_blocks
          : most_bytes / slot_size;
  return fit == 0 ? 1 : (fit < most_blocks ? fit : most_blocks);
}

void send_parcel(ThreadHeap& heap, Parcel& parcel) noexcept {
  parcel.granule = no_granule;
  ++heap.posts;
  Slab& slab = slab_of(parcel.first);
  // It is to be written.
  if (!is_free(*parcel.last, heap.key)) [[unlikely]]
    report_double_free(*heap.domain, parcel.last);
  post(slab,
       {parcel.first, parcel.last, capacity_for(slab.slot_size) - parcel.room});
}

void look_at_duties(ThreadHeap& heap) noexcept {
  if (heap.posts >= posts_between_duties)
    run_duties(heap);
}

}  // namespace

void post(Slab& slab, const slab::Batch& batch) noexcept {
  if (!slab.word.post(slab.memory, batch))
    return;
  // It stays where it is until it was listed and taken off the list.
  const span::Reservation* const home = span::the_space.find(slab.memory);
  const HeapId owner = home->descriptor(home->index_of(slab.memory)).owner();
  heap_of(owner).listed[slab.size_class].put(&slab);
}

void send(ThreadHeap& heap, Slab& slab, FreeSlot* slot) noexcept {
  const std::size_t granule = heap.granule_of(slot);
  if (granule >= heap.granules) [[unlikely]]
    return post(slab, {slot, slot, 1});
  Parcel& parcel = heap.parcel_for(granule);
  if (parcel.granule == granule) {
    slot->next = parcel.first;
    parcel.first = slot;
    --parcel.room;
  } else {
    if (parcel.granule != no_granule)
      send_parcel(heap, parcel);
    slot->next = nullptr;
    const std::uint32_t capacity = capacity_for(slab.slot_size);
    parcel = {slot, slot, heap.mark_of(slab.size_class),
              static_cast<std::uint32_t>(granule), capacity - 1};
  }
  if (parcel.room == 0)
    send_parcel(heap, parcel);
  look_at_duties(heap);
}

unsigned blocks_in(const Parcel& parcel) noexcept {
  return capacity_for(slab_of(parcel.first).slot_size) - parcel.room;
}

void send_all(ThreadHeap& heap) noexcept {
  for (Parcel& parcel : heap.outbox)
    if (parcel.granule != no_granule)
      send_parcel(heap, parcel);
}

void send_full(Heap& heap, Parcel& parcel) noexcept {
  ThreadHeap& own = *own_heaps.at[Domain::of(heap).place];
  send_parcel(own, parcel);
  look_at_duties(own);
}

}  // namespace tarn::heap
