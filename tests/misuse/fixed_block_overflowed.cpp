// EXPECT tarn: fault: a fixed heap was written to at or before 0x*
#include "tarn/fixed_heap.hpp"

#include <cstring>

int main() {
  static tarn::FixedHeap<tarn::two_level, 1024> heap;
  void* const block = heap.allocate(40);
  void* const behind = heap.allocate(40);
  std::memset(block, 'x', heap.size_of(block) + 4);
  heap.deallocate(behind);
}
