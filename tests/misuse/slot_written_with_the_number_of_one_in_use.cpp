// EXPECT tarn: fault: a free slot of the slot pool at 0x* was written to: its
// next one is 1 of 4
#include "tarn/slot_pool.hpp"

#include <cstring>

int main() {
  static tarn::SlotPool<32, 4> pool;
  void* const kept = pool.allocate();
  void* const slot = pool.allocate();
  pool.deallocate(slot);
  const std::uint32_t number = 1;
  std::memcpy(slot, &number, sizeof number);
  void* const again = pool.allocate();
  void* const twice = pool.allocate();
  return kept == again || kept == twice ? 0 : 1;
}
