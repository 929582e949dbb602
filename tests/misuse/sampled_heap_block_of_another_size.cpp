// EXPECT tarn: fault: free of 0x*: 48 bytes said, 64 allocated
#include "tarn/heap.hpp"

#include "support/sampled.hpp"

int main() {
  tarn::test::sample_all();
  tarn::Heap heap{{.name = "a"}};
  heap.deallocate(heap.allocate(64), 48);
}
