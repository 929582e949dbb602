// EXPECT tarn: fault: overflow: 3 bytes changed behind 0x* (40 bytes, fixed
// heap)
// CHECK full
// ONLY linux
#include "tarn/checked_fixed.hpp"

namespace {
constinit tarn::Checked<tarn::FixedHeap<tarn::buddy, 4096>> heap;
}

int main() {
  auto* const block = static_cast<std::byte*>(heap.allocate(40));
  block[40] = block[41] = block[42] = std::byte{0};
}
