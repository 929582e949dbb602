// Blocks go home in parcels: those of one slab are linked, and one
// compare-and-swap delivers them.
#include "heap/slow.hpp"
#include "span/space.hpp"

namespace tarn::heap {
namespace {

// A parcel holds up to 64 blocks or 4 KiB, so that a thread keeps at most
// 64 KiB of others' blocks from them.
constexpr std::size_t most_blocks = 64;
constexpr std::size_t most_bytes = 4 * KiB;

// Parcels sent between duties, for a thread that only ever frees.
constexpr std::uint32_t posts_between_duties = 64;

bool is_full(const Parcel& parcel) noexcept {
  return parcel.batch.count >= most_blocks ||
         parcel.batch.count * parcel.slab->slot_size >= most_bytes;
}

void send_parcel(Parcel& parcel) noexcept {
  const Parcel sent = parcel;
  parcel = {};
  post(*sent.slab, sent.batch);
}

// Neighbours in memory get parcels of their own: slabs are granules.
Parcel& parcel_for(ThreadHeap& heap, const Slab& slab) noexcept {
  constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;
  const std::uint64_t hash = detail::address_of(&slab) * golden;
  return heap.outbox[hash >> 60];
}
static_assert(ThreadHeap::outbox_parcels == 16);

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
  Parcel& parcel = parcel_for(heap, slab);
  if (parcel.slab == &slab) [[likely]] {
    slot->next = parcel.batch.first;
    parcel.batch.first = slot;
    ++parcel.batch.count;
  } else {
    if (parcel.slab != nullptr) {
      send_parcel(parcel);
      ++heap.posts;
    }
    slot->next = nullptr;
    parcel = {&slab, {slot, slot, 1}};
  }
  if (!is_full(parcel)) [[likely]]
    return;
  send_parcel(parcel);
  if (++heap.posts >= posts_between_duties)
    run_duties(heap);
}

void send_all(ThreadHeap& heap) noexcept {
  for (Parcel& parcel : heap.outbox)
    if (parcel.slab != nullptr)
      send_parcel(parcel);
}

}  // namespace tarn::heap
