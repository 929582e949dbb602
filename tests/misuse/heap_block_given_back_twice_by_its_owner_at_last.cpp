// EXPECT tarn: fault: 0x* given to the heap: it is free already
#include "tarn/heap.hpp"

#include <cstring>
#include <thread>

int main() {
  tarn::Heap& heap = tarn::default_heap();
  constexpr int count = 5000;
  static void* blocks[count];
  for (void*& block : blocks)
    block = heap.allocate(64);
  std::thread{[&heap] { heap.deallocate(blocks[4500]); }}.join();
  heap.deallocate(blocks[4500]);
  // The slab has it from one thread, the bin from the other.
  for (int i = 0; i < 2 * count; ++i)
    std::memset(heap.allocate(64), 0x55, 64);
}
