// EXPECT tarn: fault: 0x* given to the heap: it is free already
#include "tarn/heap.hpp"

#include <cstring>

int main() {
  tarn::Heap& heap = tarn::default_heap();
  void* blocks[1000];
  for (void*& block : blocks)
    block = heap.allocate(64);
  heap.deallocate(blocks[900]);
  for (int i = 901; i < 910; ++i)
    heap.deallocate(blocks[i]);
  heap.deallocate(blocks[900]);
  // Whoever has it writes what he likes.
  for (int i = 0; i < 20; ++i)
    std::memset(heap.allocate(64), 0x55, 64);
}
