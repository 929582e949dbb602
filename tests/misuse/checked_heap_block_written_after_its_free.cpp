// CHECK full
// EXPECT tarn: fault: write after free: byte 12 of 0x* (64 bytes, the heap)
// changed
#include "tarn/heap.hpp"

int main() {
  tarn::Heap& heap = tarn::default_heap();
  auto* const block = static_cast<char*>(heap.allocate(64));
  heap.deallocate(block);
  block[12] = 1;
}
