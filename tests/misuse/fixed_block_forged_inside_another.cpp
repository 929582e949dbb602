// EXPECT tarn: fault: 0x* given to a fixed heap: it lies inside block 0x*
#include "tarn/fixed_heap.hpp"

#include <cstring>

// The bytes of a real header, copied into a block.
int main() {
  static tarn::FixedHeap<tarn::half_fit, 1024> heap;
  std::byte* const model = static_cast<std::byte*>(heap.allocate(40));
  std::byte* const block = static_cast<std::byte*>(heap.allocate(100));
  std::memcpy(block + 24, model - 8, 8);
  heap.deallocate(block + 32);
}
