// EXPECT tarn: fault: 0x* given to a slot pool: it is none of its slots
#include "tarn/interrupt_slot_pool.hpp"

int main() {
  static tarn::InterruptSlotPool<32, 4> pool;
  static tarn::InterruptSlotPool<32, 4> other;
  pool.deallocate(other.allocate());
}
