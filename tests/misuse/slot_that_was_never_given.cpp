// EXPECT tarn: fault: 0x* given to a slot pool: it is free already
#include "tarn/slot_pool.hpp"

int main() {
  static tarn::SlotPool<32, 4> pool;
  std::byte* const slot = static_cast<std::byte*>(pool.allocate());
  pool.deallocate(slot - 32);
}
