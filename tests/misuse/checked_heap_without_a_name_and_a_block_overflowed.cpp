// CHECK full
// EXPECT tarn: fault: overflow: 5 bytes changed behind 0x* (50 bytes, heap '')
#include "tarn/heap.hpp"

#include <cstring>

int main() {
  tarn::Heap heap;
  void* const block = heap.allocate(50);
  const volatile std::size_t too_many = 55;
  std::memset(block, 1, too_many);
  heap.deallocate(block);
}
