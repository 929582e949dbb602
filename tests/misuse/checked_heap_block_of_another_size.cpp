// CHECK full
// EXPECT tarn: fault: free of 0x*: 48 bytes said, 64 allocated
#include "tarn/heap.hpp"

int main() {
  tarn::Heap& heap = tarn::default_heap();
  heap.deallocate(heap.allocate(64), 48);
}
