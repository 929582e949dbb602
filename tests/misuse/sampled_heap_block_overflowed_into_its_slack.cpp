// EXPECT tarn: fault: overflow: 2 bytes changed behind 0x* (13 bytes, heap 'a')
#include "tarn/heap.hpp"

#include "support/sampled.hpp"

int main() {
  tarn::test::sample_all();
  tarn::Heap heap{{.name = "a"}};
  auto* const block = static_cast<char*>(heap.allocate(13));
  tarn::test::write(block + 13);
  tarn::test::write(block + 14);
  heap.deallocate(block);
}
