// EXPECT tarn: fault: a fixed heap was written to at or before 0x*
#include "tarn/fixed_heap.hpp"

#include <cstring>

// A free that merges with nothing is put behind the free place below it.
int main() {
  static tarn::FixedHeap<tarn::first_fit, 1024> heap;
  void* const below = heap.allocate(40);
  void* const wall = heap.allocate(40);
  void* const block = heap.allocate(40);
  void* const other_wall = heap.allocate(40);
  heap.deallocate(below);
  std::memset(below, 'x', 8);
  heap.deallocate(block);
  return wall == other_wall ? 0 : 1;
}
