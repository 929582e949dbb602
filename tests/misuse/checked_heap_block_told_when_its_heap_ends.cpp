// CHECK full
// EXPECT tarn: fault: overflow: 1 byte changed behind 0x* (24 bytes, heap
// 'mail')
#include "tarn/heap.hpp"

int main() {
  tarn::Heap heap{{.name = "mail"}};
  static_cast<char*>(heap.allocate(24))[24] = 1;
}
