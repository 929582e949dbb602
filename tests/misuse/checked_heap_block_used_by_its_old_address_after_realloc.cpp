// CHECK full
// EXPECT tarn: fault: write after free: byte 0 of 0x* (64 bytes, the heap)
// changed
#include "tarn/heap.hpp"

int main() {
  tarn::Heap& heap = tarn::default_heap();
  auto* const old = static_cast<char*>(heap.allocate(64));
  static_cast<void>(heap.reallocate(old, 65));
  *old = 1;
}
