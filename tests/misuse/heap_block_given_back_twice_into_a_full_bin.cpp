// EXPECT tarn: fault: 0x* given to the heap: it is free already
#include "tarn/heap.hpp"

int main() {
  tarn::Heap& heap = tarn::default_heap();
  constexpr int count = 5000;
  static void* blocks[count];
  for (void*& block : blocks)
    block = heap.allocate(64);
  constexpr int filling = 4900;
  for (int i = 0; i < filling; ++i)
    heap.deallocate(blocks[i]);
  // Nothing is served: the full bin looks at those that it gives to the slabs.
  for (int i = filling; i < count; ++i) {
    heap.deallocate(blocks[i]);
    heap.deallocate(blocks[i]);
  }
}
