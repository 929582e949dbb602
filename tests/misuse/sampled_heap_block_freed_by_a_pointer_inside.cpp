// EXPECT tarn: fault: free of 0x*: 8 bytes into a 64-byte block of heap 'a'
#include "tarn/heap.hpp"

#include "support/sampled.hpp"

int main() {
  tarn::test::sample_all();
  tarn::Heap heap{{.name = "a"}};
  heap.deallocate(static_cast<char*>(heap.allocate(64)) + 8);
}
