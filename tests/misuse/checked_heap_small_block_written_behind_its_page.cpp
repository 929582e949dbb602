// CHECK full,page
// EXPECT tarn: fault: write of 0x*: right behind 0x* (64 bytes, heap 'mail')
#include "tarn/heap.hpp"

int main() {
  tarn::Heap heap{{.name = "mail"}};
  static_cast<volatile char*>(heap.allocate(64))[64] = 1;
}
