// EXPECT tarn: fault: 0x* given to the heap: it is free already
#include "tarn/heap.hpp"

int main() {
  void* const block = tarn::default_heap().allocate(64);
  tarn::default_heap().deallocate(block);
  tarn::default_heap().deallocate(block);
}
