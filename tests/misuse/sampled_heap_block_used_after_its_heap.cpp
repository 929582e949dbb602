// EXPECT tarn: fault: write of 0x*: 0 bytes into freed 0x* (64 bytes, heap 'a')
#include "tarn/heap.hpp"

#include "support/sampled.hpp"

int main() {
  tarn::test::sample_all();
  char* block = nullptr;
  {
    tarn::Heap heap{{.name = "a"}};
    block = static_cast<char*>(heap.allocate(64));
  }
  tarn::test::write(block);
}
