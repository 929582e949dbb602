// EXPECT tarn: fault: read of 0x*: 12 bytes into freed 0x* (64 bytes, heap 'a')
#include "tarn/heap.hpp"

#include "support/sampled.hpp"

int main() {
  tarn::test::sample_all();
  tarn::Heap heap{{.name = "a"}};
  auto* const block = static_cast<char*>(heap.allocate(64));
  heap.deallocate(block);
  return tarn::test::read(block + 12);
}
