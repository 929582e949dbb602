// One function for each call whose longest way is proven, as a program of one's
// own has it: with a pool that lies at a place of its own. tools/prove.py goes
// through them; none is ever executed.
#include "tarn/double_ended_stack.hpp"
#include "tarn/fixed_heap.hpp"
#include "tarn/frame_region.hpp"
#include "tarn/region.hpp"
#include "tarn/slot_pool.hpp"

namespace {

// A pool that a program began somewhere else.
template <class Pool>
alignas(Pool) std::byte place[sizeof(Pool)];

template <class Pool>
Pool& one() {
  return *reinterpret_cast<Pool*>(place<Pool>);
}

template <class Fit>
using Heap = tarn::FixedHeap<Fit>;

using Guarded = tarn::FixedHeap<tarn::half_fit, tarn::at_run_time, tarn::NoLock,
                                tarn::Canaries>;

// A stride that is a power of two, and one that is not.
constinit tarn::SlotPool<32, 64> slots_32;
constinit tarn::SlotPool<40, 64> slots_40;

}  // namespace

#define PROBE_HEAP(fit)                               \
  extern "C" void* fit##_allocate(std::size_t size) { \
    return one<Heap<tarn::fit>>().allocate(size);     \
  }                                                   \
  extern "C" void fit##_deallocate(void* p) {         \
    one<Heap<tarn::fit>>().deallocate(p);             \
  }

PROBE_HEAP(half_fit)
PROBE_HEAP(two_level)
PROBE_HEAP(aligned_first_fit)
PROBE_HEAP(buddy)

// Their types say that nothing bounds them.
#define PROBE_CLASSIC(fit)                     \
  static_assert(!tarn::BoundedFit<tarn::fit>); \
  PROBE_HEAP(fit)

PROBE_CLASSIC(first_fit)
PROBE_CLASSIC(next_fit)
PROBE_CLASSIC(best_fit)

extern "C" {

void* slot_pool_32_allocate() {
  return slots_32.allocate();
}
void slot_pool_32_deallocate(void* p) {
  slots_32.deallocate(p);
}
void* slot_pool_40_allocate() {
  return slots_40.allocate();
}
void slot_pool_40_deallocate(void* p) {
  slots_40.deallocate(p);
}
void* canary_allocate(std::size_t size) {
  return one<Guarded>().allocate(size);
}
void canary_deallocate(void* p) {
  one<Guarded>().deallocate(p);
}
void* region_allocate(std::size_t size) {
  return one<tarn::Region>().allocate(size);
}
void* region_allocate_32() {
  return one<tarn::Region>().allocate(32);
}
void* frame_region_allocate(std::size_t size) {
  return one<tarn::FrameRegion<2>>().allocate(size);
}
void frame_region_flip() {
  one<tarn::FrameRegion<2>>().flip();
}
void* double_ended_stack_low(std::size_t size) {
  return one<tarn::DoubleEndedStack>().low().allocate(size);
}
void* double_ended_stack_high(std::size_t size) {
  return one<tarn::DoubleEndedStack>().high().allocate(size);
}

}  // extern "C"

int main() {
  return 0;
}
