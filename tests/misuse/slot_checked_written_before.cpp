// EXPECT tarn: fault: underflow: 2 bytes changed before 0x* (32 bytes, slot
// pool)
#include "tarn/checked_fixed.hpp"

int main() {
  static tarn::Checked<tarn::SlotPool<32, 4>> pool{
      {.checks = tarn::CheckMode::full}};
  auto* const slot = static_cast<std::byte*>(pool.allocate());
  slot[-2] = slot[-1] = std::byte{1};
  pool.deallocate(slot);
}
