// EXPECT tarn: fault: 0x* given to a fixed heap: it is free already
#include "tarn/fixed_heap.hpp"

int main() {
  static tarn::FixedHeap<tarn::buddy, 4096> heap;
  void* const buddy = heap.allocate(40);
  void* const block = heap.allocate(40);
  heap.deallocate(block);
  heap.deallocate(buddy);
  heap.deallocate(block);
}
