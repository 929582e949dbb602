// CHECK full
// EXPECT tarn: fault: read of 0x*: right behind 0x* (8192 bytes, the heap)
#include "tarn/heap.hpp"

int main() {
  const auto* const block =
      static_cast<volatile char*>(tarn::default_heap().allocate(8192));
  return block[8192];
}
