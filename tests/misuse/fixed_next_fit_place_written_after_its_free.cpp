// EXPECT tarn: fault: a fixed heap was written to at or before 0x*
#include "tarn/fixed_heap.hpp"

#include <cstring>

int main() {
  static tarn::FixedHeap<tarn::next_fit, 1024> heap;
  void* const block = heap.allocate(40);
  void* const wall = heap.allocate(900);
  heap.deallocate(block);
  std::memset(block, 'x', 8);
  // The search comes by, and finds that it does not serve.
  return heap.allocate(200) == wall ? 0 : 1;
}
