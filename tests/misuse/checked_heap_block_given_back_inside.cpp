// CHECK full
// EXPECT tarn: fault: free of 0x*: 8 bytes into a 64-byte block of the heap
#include "tarn/heap.hpp"

int main() {
  tarn::Heap& heap = tarn::default_heap();
  heap.deallocate(static_cast<char*>(heap.allocate(64)) + 8);
}
