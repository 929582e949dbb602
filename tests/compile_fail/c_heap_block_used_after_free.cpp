// EXPECT used after
// ONLY GNU
// OPTIMISED
#include "tarn/tarn.h"

int main() {
  tarn_heap* const heap = tarn_default_heap();
  auto* const block = static_cast<char*>(tarn_heap_allocate(heap, 64));
  if (block == nullptr)
    return 1;
  block[0] = 1;
#ifdef TARN_ACCEPT
  const int first = block[0];
  tarn_heap_deallocate(heap, block);
#else
  tarn_heap_deallocate(heap, block);
  const int first = block[0];
#endif
  return first;
}
