// EXPECT tarn: fault: 0x* given to a slot pool: it is none of its slots
#include "tarn/slot_pool.hpp"

int main() {
  static tarn::SlotPool<32, 4> pool;
  static tarn::SlotPool<32, 4> other;
  pool.deallocate(other.allocate());
}
