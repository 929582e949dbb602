// EXPECT tarn: fault: 0x* given to a fixed heap: it is free already
#include "tarn/fixed_heap.hpp"

int main() {
  static tarn::FixedHeap<tarn::half_fit, 1024, tarn::NoLock, tarn::Canaries>
      heap;
  void* const block = heap.allocate(40);
  heap.deallocate(block);
  heap.deallocate(block);
}
