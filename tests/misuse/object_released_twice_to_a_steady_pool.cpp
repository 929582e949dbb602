// EXPECT tarn: fault: 0x* given to object pool 'message': it is free already
#include "tarn/object_pool.hpp"

int main() {
  tarn::SteadyPool<int> pool{{.name = "message"}};
  static_cast<void>(pool.reserve(2));
  int* const object = pool.acquire_raw();
  pool.release(object);
  pool.release(object);
}
