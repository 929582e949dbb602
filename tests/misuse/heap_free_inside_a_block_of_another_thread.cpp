// EXPECT tarn: fault: 0x* given to the heap: it lies inside the 256 bytes of
// block 0x*
#include "tarn/heap.hpp"

#include <thread>

int main() {
  char* block = nullptr;
  std::thread{[&block] {
    block = static_cast<char*>(tarn::default_heap().allocate(256));
    std::thread{[block] {
      tarn::default_heap().deallocate(block + 16);
    }}.join();
  }}.join();
}
