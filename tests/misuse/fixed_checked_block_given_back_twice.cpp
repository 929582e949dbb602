// EXPECT tarn: fault: 0x* given to a fixed heap: it is free already
#include "tarn/checked_fixed.hpp"

int main() {
  static std::byte buffer[4096];
  tarn::Checked<tarn::FixedHeap<tarn::two_level>> heap{
      {.checks = tarn::CheckMode::full}, buffer};
  void* const block = heap.allocate(40);
  heap.deallocate(block);
  heap.deallocate(block);
}
