// EXPECT tarn: fault: 0x* given to heap 'b': it is a block of heap 'a'
#include "tarn/heap.hpp"

int main() {
  tarn::Heap a{{.name = "a"}};
  tarn::Heap b{{.name = "b"}};
  // From a slab of its own, so that the fast path meets it.
  void* block = nullptr;
  for (int i = 0; i < 1000; ++i)
    block = a.allocate(200);
  b.deallocate(b.allocate(200));
  b.deallocate(block);
}
