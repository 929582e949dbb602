// EXPECT tarn: fault: read of 0x*: 1 byte before 0x* (128 bytes, heap 'a')
#include "tarn/heap.hpp"

#include "support/sampled.hpp"

int main() {
  tarn::test::sample_all();
  tarn::Heap heap{{.name = "a"}};
  char* block = nullptr;
  // One that begins behind its guard: one in three does.
  do
    block = static_cast<char*>(heap.allocate(128));
  while (!tarn::test::begins_a_page(block));
  return tarn::test::read(block - 1);
}
