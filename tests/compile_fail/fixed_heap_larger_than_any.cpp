// EXPECT no_heap_is_so_large
#include "tarn/fixed_heap.hpp"

int main() {
  using Heap = tarn::FixedHeap<>;
#ifdef TARN_ACCEPT
  constexpr std::size_t live = tarn::MiB;
#else
  constexpr std::size_t live = 4096 * tarn::MiB;
#endif
  return Heap::required_bytes(live, tarn::MiB, tarn::MiB) > 0 ? 0 : 1;
}
