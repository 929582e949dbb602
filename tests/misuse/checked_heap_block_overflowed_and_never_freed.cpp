// CHECK full
// EXPECT tarn: fault: overflow: 1 byte changed behind 0x* (24 bytes, the heap)
#include "tarn/heap.hpp"

int main() {
  static_cast<char*>(tarn::default_heap().allocate(24))[24] = 1;
}
