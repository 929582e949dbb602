// EXPECT tarn: fault: 0x* given to heap 'a': it is a block of the default heap
#include "tarn/heap.hpp"

int main() {
  tarn::Heap a{{.name = "a"}};
  void* block = nullptr;
  for (int i = 0; i < 1000; ++i)
    block = tarn::default_heap().allocate(200);
  a.deallocate(block);
}
