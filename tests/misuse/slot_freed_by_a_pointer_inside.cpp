// EXPECT tarn: fault: 0x* given to a slot pool: it lies inside slot 0x*
#include "tarn/slot_pool.hpp"

int main() {
  alignas(16) static std::byte buffer[256];
  tarn::SlotPool<> pool{buffer, 40};
  pool.deallocate(static_cast<std::byte*>(pool.allocate()) + 8);
}
