// EXPECT tarn: fault: 0x* given to a fixed heap: it is free already
#include "tarn/fixed_heap.hpp"

int main() {
  static tarn::FixedHeap<tarn::best_fit, 1024> heap;
  void* const below = heap.allocate(40);
  void* const block = heap.allocate(40);
  heap.deallocate(below);
  heap.deallocate(block);
  heap.deallocate(block);
}
