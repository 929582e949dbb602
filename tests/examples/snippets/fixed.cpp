// What docs/fixed.md shows of pools, fits, buffers, locks and checked pools.
#include "tarn/checked_fixed.hpp"
#include "tarn/double_ended_stack.hpp"
#include "tarn/fixed_heap.hpp"
#include "tarn/frame_region.hpp"
#include "tarn/interrupt_slot_pool.hpp"
#include "tarn/pmr.hpp"
#include "tarn/slot_pool.hpp"

#include <cstddef>
#include <vector>

namespace {

struct Packet {
  unsigned char bytes[40];
};

struct Point {
  int x;
  int y;
};

alignas(16) std::byte memory_of_core[2 * tarn::KiB];
alignas(16) std::byte memory_of_bus[2 * tarn::KiB];

bool shows_pools() {
#include "fixed_pools.inc"
  return slot != nullptr && for_dma != nullptr && points != nullptr &&
         level != nullptr && work != nullptr && is_larger &&
         numbers.size() == 3 && heap.owns(numbers.data());
}

namespace fit {
#include "fixed_fit.inc"
template <tarn::BoundedHeap AnyHeap>
void play(AnyHeap& heap) {
  heap.deallocate(heap.allocate(1));
}
}  // namespace fit

bool shows_buffer() {
#include "fixed_buffer.inc"
  fit::play(heap);
  return heap.stats().headroom >= 0 && heap.stats().refusals == 0;
}

int masked = 0;
unsigned interrupts_off() {
  return static_cast<unsigned>(masked++);
}
void interrupts_restore(unsigned before) {
  masked = static_cast<int>(before);
}

bool shows_checked() {
#include "fixed_checked.inc"
  texts.deallocate(texts.allocate(30));
  frames.deallocate(frames.allocate());
  return texts.check() && frames.check();
}

bool shows_lock() {
#include "fixed_lock.inc"
  void* const block = shared.allocate(10);
  void* const slot = shared_slots.allocate();
  void* const packet = packets.allocate();
  return block != nullptr && slot != nullptr && packet != nullptr &&
         masked == 0;
}

}  // namespace

namespace c {
#include "fixed_c_memory.inc"
}  // namespace c

int main() {
  const bool is_good = shows_pools() && shows_buffer() && shows_lock() &&
                       shows_checked() &&
                       c::sensor_bytes == sizeof c::sensor_memory;
  return is_good ? 0 : 1;
}
