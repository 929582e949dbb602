// EXPECT called on pointer returned from a mismatched allocation function
// ONLY GNU
// OPTIMISED
#include "tarn/tarn.h"

#include <cstdlib>

int main() {
  tarn_heap* const heap = tarn_default_heap();
  void* const block = tarn_heap_allocate(heap, 64);
#ifdef TARN_ACCEPT
  tarn_heap_deallocate(heap, block);
#else
  std::free(block);
#endif
}
