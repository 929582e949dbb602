// EXPECT tarn: fault: 0x* given to the heap: nothing is there
#include "tarn/heap.hpp"

int main() {
  void* block = nullptr;
  {
    tarn::Heap a{{.name = "a"}};
    block = a.allocate(200);
  }
  tarn::default_heap().deallocate(block);
}
