// EXPECT tarn: fault: a fixed heap was written to at or before 0x*
#include "tarn/fixed_heap.hpp"

#include <cstring>

int main() {
  static tarn::FixedHeap<tarn::half_fit, 64 * tarn::KiB> heap;
  auto* const below = static_cast<std::byte*>(heap.allocate(24));
  void* const freed = heap.allocate(1000);
  void* const wall = heap.allocate(3000);
  heap.deallocate(freed);
  std::memset(below + heap.size_of(below), 0xff, 8);
  return heap.allocate(900) == wall ? 0 : 1;
}
