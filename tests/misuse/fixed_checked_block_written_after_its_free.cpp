// EXPECT tarn: fault: write after free: byte 12 of 0x* (40 bytes, fixed heap)
// changed
#include "tarn/checked_fixed.hpp"

int main() {
  static std::byte buffer[4096];
  tarn::Checked<tarn::FixedHeap<tarn::aligned_first_fit>> heap{
      {.checks = tarn::CheckMode::full}, buffer};
  auto* const block = static_cast<std::byte*>(heap.allocate(40));
  heap.deallocate(block);
  block[12] = std::byte{1};
  for (int i = 0; i < 100; ++i)
    heap.deallocate(heap.allocate(40));
}
