// EXPECT tarn: fault: write of 0x*: 4000 bytes behind 0x* (128 bytes, heap 'a')
#include "tarn/heap.hpp"

#include "support/sampled.hpp"

int main() {
  tarn::test::sample_all();
  tarn::Heap heap{{.name = "a"}};
  char* block = nullptr;
  // One that ends at its guard: two in three do.
  do
    block = static_cast<char*>(heap.allocate(128));
  while (tarn::test::begins_a_page(block));
  tarn::test::write(block + 128 + 4000);
}
