// EXPECT tarn: fault: alignment 24 is not a power of two
#include "tarn/slot_pool.hpp"

int main() {
  alignas(16) static std::byte buffer[256];
  const tarn::SlotPool<> pool{buffer, 40, 24};
  return pool.largest_free() == 0 ? 1 : 0;
}
