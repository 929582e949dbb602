// EXPECT tarn: fault: overflow: 1 byte changed behind 0x* (40 bytes, fixed
// heap)
#include "tarn/checked_fixed.hpp"

int main() {
  static std::byte buffer[4096];
  tarn::Checked<tarn::FixedHeap<tarn::buddy>> heap{
      {.checks = tarn::CheckMode::full}, buffer};
  auto* const block = static_cast<std::byte*>(heap.allocate(40));
  block[40] = std::byte{0};
  heap.look_at_all();
}
