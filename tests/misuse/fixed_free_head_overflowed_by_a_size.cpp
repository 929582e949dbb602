// EXPECT tarn: fault: a fixed heap was written to at or before 0x*
#include "tarn/fixed_heap.hpp"

#include <cstring>

int main() {
  static tarn::FixedHeap<tarn::two_level, 64 * tarn::KiB> heap;
  auto* const below = static_cast<std::byte*>(heap.allocate(24));
  void* const freed = heap.allocate(1000);
  void* const wall = heap.allocate(3000);
  heap.deallocate(freed);
  // Within the heap, and over the wall.
  const std::uint32_t size = 300;
  std::memcpy(below + heap.size_of(below) + 4, &size, sizeof size);
  return heap.allocate(900) == wall ? 0 : 1;
}
