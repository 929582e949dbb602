// EXPECT tarn: fault: underflow: what lies far before 0x* (fixed heap) was
// changed
#include "tarn/checked_fixed.hpp"

#include <cstring>

int main() {
  static std::byte buffer[4096];
  tarn::Checked<tarn::FixedHeap<tarn::two_level>> heap{
      {.checks = tarn::CheckMode::full}, buffer};
  auto* const block = static_cast<std::byte*>(heap.allocate(40));
  std::memset(block - 5 * sizeof(void*), 'x', 8);
  heap.deallocate(block);
}
