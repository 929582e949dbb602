// EXPECT tarn: fault: 0x* given to object pool 'message': it is free already
#include "tarn/tarn.h"

int main() {
  tarn_object_pool pool;
  tarn_object_pool_options options{};
  options.name = "message";
  if (!tarn_object_pool_init(&pool, 100, &options))
    return 1;
  void* const object = tarn_object_pool_acquire(&pool);
  tarn_object_pool_release(&pool, object);
  tarn_object_pool_release(&pool, object);
}
