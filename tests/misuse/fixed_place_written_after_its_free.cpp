// EXPECT tarn: fault: a fixed heap was written to at or before 0x*
#include "tarn/fixed_heap.hpp"

#include <cstring>

int main() {
  static tarn::FixedHeap<tarn::half_fit, 1024> heap;
  void* const block = heap.allocate(40);
  void* const wall = heap.allocate(40);
  heap.deallocate(block);
  std::memset(block, 'x', 8);
  return heap.allocate(40) == wall ? 0 : 1;
}
