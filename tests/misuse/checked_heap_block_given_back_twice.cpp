// CHECK full
// EXPECT tarn: fault: double free of 0x*: 64-byte block of the heap
#include "tarn/heap.hpp"

int main() {
  tarn::Heap& heap = tarn::default_heap();
  void* const block = heap.allocate(64);
  heap.deallocate(block);
  heap.deallocate(heap.allocate(64));
  heap.deallocate(block);
}
