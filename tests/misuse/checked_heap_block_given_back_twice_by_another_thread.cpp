// CHECK full
// EXPECT tarn: fault: double free of 0x*: 64-byte block of heap 'mail'
#include "tarn/heap.hpp"

#include <thread>

int main() {
  tarn::Heap heap{{.name = "mail"}};
  void* const block = heap.allocate(64);
  heap.deallocate(block);
  std::thread{[&] { heap.deallocate(block); }}.join();
}
