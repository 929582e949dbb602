// CHECK full
// EXPECT tarn: fault: read of 0x*: 12 bytes into freed 0x* (5000 bytes, the
// heap)
#include "tarn/heap.hpp"

int main() {
  tarn::Heap& heap = tarn::default_heap();
  auto* const block = static_cast<char*>(heap.allocate(5000));
  heap.deallocate(block);
  return static_cast<volatile char*>(block)[12];
}
