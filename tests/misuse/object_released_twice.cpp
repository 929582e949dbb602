// EXPECT tarn: fault: 0x* given to object pool 'message': it is free already
#include "tarn/object_pool.hpp"

int main() {
  tarn::ObjectPool<int> pool{{.name = "message"}};
  int* const object = pool.acquire_raw();
  pool.release(object);
  pool.release(object);
}
