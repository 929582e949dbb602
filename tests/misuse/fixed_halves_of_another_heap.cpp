// EXPECT tarn: fault: 0x* given to a fixed heap: it is none of its blocks
#include "tarn/fixed_heap.hpp"

int main() {
  static tarn::FixedHeap<tarn::buddy, 4096> heap;
  static tarn::FixedHeap<tarn::buddy, 4096> other;
  other.deallocate(other.allocate(40));
  other.deallocate(heap.allocate(40));
}
