// EXPECT called on pointer returned from a mismatched allocation function
// ONLY GNU
// OPTIMISED
#include "tarn/fixed.h"

void give(tarn_slot_pool* pool, tarn_fixed_heap* heap) {
  void* const slot = tarn_slot_pool_allocate(pool);
#ifdef TARN_ACCEPT
  static_cast<void>(heap);
  tarn_slot_pool_deallocate(pool, slot);
#else
  tarn_fixed_heap_deallocate(heap, slot);
  static_cast<void>(pool);
#endif
}
