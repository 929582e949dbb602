// EXPECT called on pointer returned from a mismatched allocation function
// ONLY GNU
// OPTIMISED
#include "tarn/tarn.h"

int main() {
  static tarn_object_pool pool;
  if (!tarn_object_pool_init(&pool, 64, nullptr))
    return 1;
  void* const object = tarn_object_pool_acquire(&pool);
#ifdef TARN_ACCEPT
  tarn_object_pool_release(&pool, object);
#else
  tarn_heap_deallocate(tarn_default_heap(), object);
#endif
}
