// EXPECT tarn: fault: 0x* given to a fixed heap: it lies inside block 0x*
#include "tarn/fixed_heap.hpp"

int main() {
  static tarn::FixedHeap<tarn::buddy, 4096> heap;
  heap.deallocate(static_cast<std::byte*>(heap.allocate(40)) + 1);
}
