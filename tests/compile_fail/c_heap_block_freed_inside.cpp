// EXPECT with nonzero offset
// ONLY GNU
// OPTIMISED
#include "tarn/tarn.h"

int main() {
  tarn_heap* const heap = tarn_default_heap();
  auto* const block = static_cast<char*>(tarn_heap_allocate(heap, 64));
#ifdef TARN_ACCEPT
  tarn_heap_deallocate(heap, block);
#else
  tarn_heap_deallocate(heap, block + 8);
#endif
}
