// EXPECT tarn: fault: 0x* given to the heap: nothing is there
#include "tarn/heap.hpp"

int main() {
  // What the heap needs for itself is there then, and does not take the place.
  tarn::default_heap().deallocate(tarn::default_heap().allocate(1));
  void* const block = tarn::default_heap().allocate(100'000);
  tarn::default_heap().deallocate(block);
  tarn::default_heap().deallocate(block);
}
