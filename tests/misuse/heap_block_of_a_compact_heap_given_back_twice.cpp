// EXPECT tarn: fault: 0x* given to heap 'a': it is free already
#include "tarn/heap.hpp"

int main() {
  tarn::Heap a{{.name = "a", .compact = true}};
  void* const block = a.allocate(200);
  // Of the same strip, which stays.
  static_cast<void>(a.allocate(200));
  a.deallocate(block);
  a.deallocate(block);
}
