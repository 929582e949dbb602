// EXPECT tarn: fault: overflow: 5 bytes changed behind 0x* (40 bytes, fixed
// heap)
#include "tarn/checked_fixed.hpp"

#include <cstring>

int main() {
  static std::byte buffer[4096];
  tarn::Checked<tarn::FixedHeap<tarn::half_fit>> heap{
      {.checks = tarn::CheckMode::full}, buffer};
  void* const block = heap.allocate(40);
  std::memset(block, 'x', 45);
  heap.deallocate(block);
}
