// EXPECT tarn: fault: 0x* given to a slot pool: it lies inside slot 0x*
#include "tarn/checked_fixed.hpp"

int main() {
  static tarn::Checked<tarn::SlotPool<32, 4>> pool{
      {.checks = tarn::CheckMode::full}};
  pool.deallocate(static_cast<std::byte*>(pool.allocate()) + 16);
}
