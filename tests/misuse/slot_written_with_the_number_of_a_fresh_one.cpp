// EXPECT tarn: fault: a free slot of the slot pool at 0x* was written to: its
// next one is 2 of 32
#include "tarn/slot_pool.hpp"

#include <cstring>

int main() {
  static tarn::SlotPool<16, 32> pool;
  void* const slot = pool.allocate();
  pool.deallocate(slot);
  const std::uint32_t number = 2;
  std::memcpy(slot, &number, sizeof number);
  static_cast<void>(pool.allocate());
  void* const once = pool.allocate();
  return once == pool.allocate() ? 1 : 0;
}
