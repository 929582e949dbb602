// EXPECT tarn: fault: a free slot of the slot pool at 0x* was written to: its
// next one is 1111638594 of 4
#include "tarn/interrupt_slot_pool.hpp"

#include <cstring>

int main() {
  static tarn::InterruptSlotPool<32, 4> pool;
  void* const slot = pool.allocate();
  pool.deallocate(slot);
  std::memset(slot, 'B', 32);
  if (pool.allocate() != nullptr)
    static_cast<void>(pool.allocate());
}
