// EXPECT tarn: fault: 0x* given to object pool 'message': it is free already
#include "tarn/object_pool.hpp"

int main() {
  tarn::SteadyPool<int> pool{{.name = "message"}};
  static_cast<void>(pool.reserve(2));
  // A slot of the same slab that has no object.
  pool.release(pool.acquire_raw() + 20);
}
