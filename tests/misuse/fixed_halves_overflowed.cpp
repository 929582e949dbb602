// EXPECT tarn: fault: a fixed heap was written to at or before 0x*
#include "tarn/fixed_heap.hpp"

#include <cstring>

int main() {
  static tarn::FixedHeap<tarn::buddy, 4096> heap;
  void* const block = heap.allocate(2048);
  auto* const last = static_cast<char*>(heap.allocate(2048));
  // Behind the last block is the book, which says what begins where.
  std::memset(last + 2048, 0xff, 1);
  heap.deallocate(block);
}
