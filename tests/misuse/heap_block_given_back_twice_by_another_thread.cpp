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
  std::thread{[&heap] {
    heap.deallocate(blocks[4500]);
    heap.deallocate(blocks[4501]);
    heap.deallocate(blocks[4502]);
    heap.deallocate(blocks[4501]);
  }}.join();
  for (int i = 0; i < 2 * count; ++i)
    std::memset(heap.allocate(64), 0x55, 64);
}
