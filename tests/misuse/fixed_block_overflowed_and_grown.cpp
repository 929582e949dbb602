// EXPECT tarn: fault: block 0x* of a fixed heap was written to behind its end
#include "tarn/fixed_heap.hpp"

#include <cstring>

int main() {
  static tarn::FixedHeap<tarn::two_level, 1024, tarn::NoLock, tarn::Canaries>
      heap;
  auto* const name = static_cast<char*>(heap.allocate(8));
  std::memcpy(name, "12345678", 9);
  return heap.reallocate(name, 100) == nullptr;
}
