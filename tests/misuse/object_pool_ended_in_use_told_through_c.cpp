// EXPECT tarn: fault: object pool 'message' ended with 2 objects in use
#include "tarn/tarn.h"

int main() {
  tarn_object_pool pool;
  tarn_object_pool_options options{};
  options.name = "message";
  if (!tarn_object_pool_init(&pool, 100, &options))
    return 1;
  void* objects[3];
  if (tarn_object_pool_acquire_many(&pool, 3, objects) != 3)
    return 1;
  tarn_object_pool_release(&pool, objects[1]);
  tarn_object_pool_destroy(&pool);
}
