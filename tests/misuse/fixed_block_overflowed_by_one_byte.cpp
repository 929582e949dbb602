// EXPECT tarn: fault: block 0x* of a fixed heap was written to behind its end
#include "tarn/fixed_heap.hpp"

#include <cstring>

int main() {
  static tarn::FixedHeap<tarn::half_fit, 1024, tarn::NoLock, tarn::Canaries>
      heap;
  void* const block = heap.allocate(40);
  std::memset(block, 'x', 41);
  heap.deallocate(block);
}
