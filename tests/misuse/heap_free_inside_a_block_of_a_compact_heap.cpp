// EXPECT tarn: fault: 0x* given to heap 'a': it lies inside the 208 bytes of
// block 0x*
#include "tarn/heap.hpp"

int main() {
  tarn::Heap a{{.name = "a", .compact = true}};
  a.deallocate(static_cast<std::byte*>(a.allocate(200)) + 16);
}
