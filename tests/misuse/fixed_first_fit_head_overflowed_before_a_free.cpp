// EXPECT tarn: fault: a fixed heap was written to at or before 0x*
#include "tarn/fixed_heap.hpp"

#include <cstring>

// A free looks down over blocks in use, by their heads.
int main() {
  static tarn::FixedHeap<tarn::first_fit, 1024> heap;
  auto* const below = static_cast<std::byte*>(heap.allocate(40));
  void* const overflowed = heap.allocate(40);
  void* const block = heap.allocate(40);
  void* const wall = heap.allocate(40);
  // Its size is as it was; where the one below it begins is not.
  std::memset(below + heap.size_of(below), 'x', 4);
  heap.deallocate(block);
  return overflowed == wall ? 0 : 1;
}
