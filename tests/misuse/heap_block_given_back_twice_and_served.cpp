// EXPECT tarn: fault: 0x* given to the heap: it is free already
#include "tarn/heap.hpp"

int main() {
  tarn::Heap& heap = tarn::default_heap();
  void* blocks[1000];
  for (void*& block : blocks)
    block = heap.allocate(64);
  // Into the bin twice: the fault comes before it is had twice.
  heap.deallocate(blocks[900]);
  heap.deallocate(blocks[900]);
  void* const once = heap.allocate(64);
  for (int i = 0; i < 2; ++i)
    if (heap.allocate(64) == once)
      return 1;
}
