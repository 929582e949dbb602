// CHECK full
// EXPECT tarn: fault: underflow: 2 bytes changed before 0x* (64 bytes, heap
// 'mail')
#include "tarn/heap.hpp"

int main() {
  tarn::Heap heap{{.name = "mail"}};
  auto* const block = static_cast<char*>(heap.allocate(64));
  block[-1] = 1;
  block[-2] = 1;
  heap.deallocate(block);
}
