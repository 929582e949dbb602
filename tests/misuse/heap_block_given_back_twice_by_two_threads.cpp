// EXPECT tarn: fault: 0x* given to the heap: it is free already
#include "tarn/heap.hpp"

#include <thread>

int main() {
  void* const block = tarn::default_heap().allocate(200);
  std::thread{[block] { tarn::default_heap().deallocate(block); }}.join();
  tarn::default_heap().deallocate(block);
}
