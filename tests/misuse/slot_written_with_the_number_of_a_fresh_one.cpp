// EXPECT tarn: fault: a free slot of the slot pool at 0x* was written to: its
// next one is 2 of 32
#include "tarn/slot_pool.hpp"

#include "support/forged.hpp"

int main() {
  using Pool = tarn::SlotPool<16, 32>;
  return tarn::test::allocate_after_a_written_number<Pool>();
}
