// EXPECT address of stack memory associated with local variable
// ONLY Clang
#include "tarn/object_pool.hpp"

int* number(tarn::ObjectPool<int>& kept) {
  tarn::ObjectPool<int> pool;
#ifdef TARN_ACCEPT
  static_cast<void>(pool);
  return kept.acquire_raw();
#else
  static_cast<void>(kept);
  return pool.acquire_raw();
#endif
}
