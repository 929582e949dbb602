// Blocks go home in parcels: those of one granule are linked, and one
// compare-and-swap delivers them.
#include "heap/slow.hpp"
#include "span/space.hpp"

#include <bit>

namespace tarn::heap {
namespace {

// A parcel holds up to 64 blocks or 4 KiB, of up to largest_linear at least
// eight. A full one goes, so a thread keeps at most 64 times 7 blocks of
// largest_linear, 504 KiB, of others' blocks from them.
constexpr std::uint32_t most_blocks = 64;
constexpr std::uint32_t least_blocks = 8;
constexpr std::uint32_t most_bytes = 4 * KiB;

constexpr std::uint32_t capacity_for(std::uint32_t slot_size) noexcept {
  const std::uint32_t fit =
      slot_size <= largest_linear && most_bytes / slot_size < least_blocks
          ? least_blocks
          : most_bytes / slot_size;
  return fit == 0 ? 1 : (fit < most_blocks ? fit : most_blocks);
}

// What a parcel counts for duties when it begins: each block that waits may pin
// a page, so a thread whose parcels stay small sends all of them the sooner.
// But not one that goes on and on: its parcels become full or make way anyway.
constexpr unsigned blocks_for_beginning = 32;

std::uint64_t bit_of(const ThreadHeap& heap, const Parcel& parcel) noexcept {
  return std::uint64_t{1} << (&parcel - heap.outbox);
}

// Its blocks count for duties as if they had come back here: for a thread that
// only ever frees.
void send_parcel(ThreadHeap& heap, Parcel& parcel) noexcept {
  heap.open_parcels &= ~bit_of(heap, parcel);
  parcel.granule = no_granule;
  Slab& slab = slab_of(parcel.first);
  const unsigned blocks = capacity_for(slab.slot_size) - parcel.room;
  count_filled(heap, blocks);
  // It is to be written.
  if (!is_free(*parcel.last, heap.key)) [[unlikely]]
    report_double_free(*heap.domain, parcel.last);
  post(slab, {parcel.first, parcel.last, blocks});
}

void look_at_duties(ThreadHeap& heap) noexcept {
  if (are_due(heap))
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
    parcel = {slot, slot, heap.mark_of(slab.size_class), no_granule,
              capacity - 1};
    // It is whole before it has a granule: see mend_outbox().
    std::atomic_signal_fence(std::memory_order_release);
    parcel.granule = static_cast<std::uint32_t>(granule);
    heap.open_parcels |= bit_of(heap, parcel);
    if (!is_steady(heap))
      count_filled(heap, blocks_for_beginning);
  }
  if (parcel.room == 0)
    send_parcel(heap, parcel);
  look_at_duties(heap);
}

unsigned blocks_in(const Parcel& parcel) noexcept {
  return capacity_for(slab_of(parcel.first).slot_size) - parcel.room;
}

void send_all(ThreadHeap& heap) noexcept {
  while (const std::uint64_t open = heap.open_parcels)
    send_parcel(heap, heap.outbox[std::countr_zero(open)]);
}

void mend_outbox(ThreadHeap& heap) noexcept {
  heap.open_parcels = 0;
  for (const Parcel& parcel : heap.outbox)
    if (parcel.granule != no_granule)
      heap.open_parcels |= bit_of(heap, parcel);
}

void send_full(Heap& heap, Parcel& parcel) noexcept {
  ThreadHeap& own = *own_heaps.at[Domain::of(heap).place];
  send_parcel(own, parcel);
  look_at_duties(own);
}

}  // namespace tarn::heap
