// EXPECT tarn: fault: 0x* given to the heap: it is free already
#include "tarn/heap.hpp"

#include <cstddef>

int main() {
  tarn::Heap& heap = tarn::default_heap();
  void* blocks[1000];
  for (void*& block : blocks)
    block = heap.allocate(16);
  for (void* const block : blocks)
    heap.deallocate(block);
  heap.deallocate(blocks[3]);
}
