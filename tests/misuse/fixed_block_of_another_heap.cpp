// EXPECT tarn: fault: 0x* given to a fixed heap: it is none of its blocks
#include "tarn/fixed_heap.hpp"

int main() {
  static tarn::FixedHeap<tarn::half_fit, 1024> heap;
  static tarn::FixedHeap<tarn::half_fit, 1024> other;
  void* const block = heap.allocate(40);
  other.deallocate(other.allocate(40));
  other.deallocate(block);
}
