// EXPECT tarn: fault: object pool 'message' ended with 3 objects in use
#include "tarn/object_pool.hpp"

int main() {
  tarn::ObjectPool<int> pool{{.name = "message"}};
  for (int i = 0; i < 3; ++i)
    static_cast<void>(pool.acquire_raw());
}
