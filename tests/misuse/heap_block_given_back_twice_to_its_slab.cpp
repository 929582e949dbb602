// EXPECT tarn: fault: 0x* given to the heap: it is free already
#include "tarn/heap.hpp"

#include <cstring>

int main() {
  tarn::Heap& heap = tarn::default_heap();
  constexpr int count = 5000;
  static void* blocks[count];
  for (void*& block : blocks)
    block = heap.allocate(64);
  // More than a bin has room for: the later ones are in lists of their slabs.
  for (void* const block : blocks)
    heap.deallocate(block);
  for (int i = 0; i < 10; ++i)
    static_cast<void>(heap.allocate(64));
  heap.deallocate(blocks[4500]);
  for (int i = 0; i < count; ++i)
    std::memset(heap.allocate(64), 0x55, 64);
}
