// EXPECT tarn: fault: 0x* given to the heap: it lies inside the 131072 bytes of
// block 0x*
#include "tarn/heap.hpp"

int main() {
  auto* const block =
      static_cast<char*>(tarn::default_heap().allocate(100'000));
  tarn::default_heap().deallocate(block + 70'000);
}
