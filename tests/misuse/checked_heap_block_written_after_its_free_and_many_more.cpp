// CHECK full,exit=off
// EXPECT tarn: fault: write after free: byte 0 of 0x* (500 bytes, the heap)
// changed
#include "tarn/heap.hpp"

int main() {
  tarn::Heap& heap = tarn::default_heap();
  auto* const block = static_cast<char*>(heap.allocate(500));
  heap.deallocate(block);
  *block = 1;
  for (int i = 0; i < 100'000; ++i)
    heap.deallocate(heap.allocate(500));
}
