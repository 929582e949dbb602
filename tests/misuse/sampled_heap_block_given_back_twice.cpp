// EXPECT tarn: fault: double free of 0x*: 64-byte block of heap 'a'
#include "tarn/heap.hpp"

#include "support/sampled.hpp"

int main() {
  tarn::test::sample_all();
  tarn::Heap heap{{.name = "a"}};
  void* const block = heap.allocate(64);
  heap.deallocate(block);
  heap.deallocate(block);
}
