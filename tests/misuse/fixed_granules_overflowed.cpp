// EXPECT tarn: fault: block 0x* of a fixed heap was written to behind its end
#include "tarn/fixed_heap.hpp"

#include <cstring>

int main() {
  using tarn::aligned_first_fit;
  static tarn::FixedHeap<aligned_first_fit, 1024, tarn::NoLock, tarn::Canaries>
      heap;
  void* const block = heap.allocate(40);
  static_cast<void>(heap.allocate(40));
  std::memset(block, 'x', 100);
  heap.deallocate(block);
}
