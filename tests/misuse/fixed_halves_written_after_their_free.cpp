// EXPECT tarn: fault: a fixed heap was written to at or before 0x*
#include "tarn/fixed_heap.hpp"

#include <cstring>

int main() {
  static tarn::FixedHeap<tarn::buddy, 4096> heap;
  void* const block = heap.allocate(40);
  void* const wall = heap.allocate(40);
  heap.deallocate(block);
  std::memset(block, 'x', 8);
  heap.deallocate(wall);
}
