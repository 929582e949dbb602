// EXPECT tarn: fault: leak: 5 blocks, 320 bytes of heap 'orders', no pointer to
// them remains
// CHECK full,leaks
#include "tarn/heap.hpp"

#include <new>

namespace {
alignas(tarn::Heap) std::byte room[sizeof(tarn::Heap)];
}

int main() {
  // It lives until the end, as a server's does that is told to go.
  auto* const orders = ::new (room) tarn::Heap{{.name = "orders"}};
  // By one call, though compilers unroll loops.
  volatile int left = 5;
  while (left != 0) {
    static_cast<void>(orders->allocate(64));
    left = left - 1;
  }
}
