// Every pool of the fixed room, with its calls.
#include "tarn/double_ended_stack.hpp"
#include "tarn/fixed_heap.hpp"
#include "tarn/frame_region.hpp"
#include "tarn/interrupt_slot_pool.hpp"
#include "tarn/slot_pool.hpp"

namespace {

struct Sample {
  int left;
  int right;
};

constinit tarn::SlotPool<48, 32> slots;
constinit tarn::InterruptSlotPool<48, 32> interrupt_slots;
constinit tarn::FixedHeap<tarn::half_fit, 1024> heap_at_start;
constinit tarn::FixedHeap<tarn::two_level, 2048, tarn::NoLock, tarn::Canaries>
    guarded_at_start;

template <class Pool>
bool use_slots(Pool& pool) {
  void* const slot = pool.allocate();
  const bool is_known = pool.owns(slot) && pool.size_of(slot) != 0;
  pool.deallocate(slot);
  return is_known && pool.largest_free() != 0 && pool.stats().in_use == 0;
}

template <class Heap>
bool use_heap(Heap& heap) {
  void* block = heap.allocate(24, 32);
  block = heap.reallocate(block, 100);
  const bool is_known = heap.owns(block) && heap.size_of(block) != 0;
  heap.deallocate(block);
  return is_known && heap.largest_free() != 0 && heap.stats().used == 0 &&
         heap.check() && heap.check_step(2);
}

template <class Fit>
bool use_fit(std::span<std::byte> buffer) {
  tarn::FixedHeap<Fit> heap{buffer};
  tarn::FixedHeap<Fit, tarn::at_run_time, tarn::NoLock, tarn::Canaries> guarded;
  static_assert(heap.required_bytes(500, 100, 10) <
                guarded.required_bytes(500, 100, 10));
  return use_heap(heap) && guarded.add_buffer(buffer) && use_heap(guarded);
}

// An end of a stack, or the frame that is current.
template <class Place>
bool use_marks(Place& place) {
  const auto mark = place.mark();
  const bool is_made = place.template make<Sample>(1, 2) != nullptr &&
                       place.template make_array<Sample>(8) != nullptr &&
                       place.allocate(8, 64) != nullptr;
  place.rewind(mark);
  return is_made && place.largest_free() != 0;
}

}  // namespace

extern "C" bool use_pools(std::span<std::byte> buffer);
extern "C" bool use_pools(std::span<std::byte> buffer) {
  tarn::SlotPool<> some_slots{buffer, 20};
  if (!use_slots(slots) || !use_slots(interrupt_slots) ||
      !use_slots(some_slots))
    return false;
  if (!use_heap(heap_at_start) || !use_heap(guarded_at_start) ||
      !use_fit<tarn::aligned_first_fit>(buffer) ||
      !use_fit<tarn::buddy>(buffer) || !use_fit<tarn::half_fit>(buffer) ||
      !use_fit<tarn::two_level>(buffer))
    return false;
  tarn::FrameRegion<2> frames{buffer};
  if (!use_marks(frames))
    return false;
  frames.flip();
  tarn::DoubleEndedStack stack{buffer};
  return frames.check() && use_marks(stack.low()) && use_marks(stack.high()) &&
         stack.check();
}
