// EXPECT tarn: fault: read of 0x*: 70000 bytes into freed 0x* (100000 bytes,
// heap 'a')
#include "tarn/heap.hpp"

#include "support/sampled.hpp"

int main() {
  tarn::test::sample_all();
  tarn::Heap heap{{.name = "a"}};
  auto* const block = static_cast<char*>(heap.allocate(100'000));
  heap.deallocate(block);
  return tarn::test::read(block + 70'000);
}
