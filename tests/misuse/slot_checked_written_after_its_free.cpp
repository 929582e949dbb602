// EXPECT tarn: fault: write after free: byte 31 of 0x* (32 bytes, slot pool)
// changed
#include "tarn/checked_fixed.hpp"

int main() {
  static tarn::Checked<tarn::SlotPool<32, 4>> pool{
      {.checks = tarn::CheckMode::full}};
  auto* const slot = static_cast<std::byte*>(pool.allocate());
  pool.deallocate(slot);
  slot[31] = std::byte{1};
  for (int i = 0; i < 4; ++i)
    static_cast<void>(pool.allocate());
}
