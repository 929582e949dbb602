// EXPECT tarn: fault: 0x* given to object pool 'b': it is one of object pool
// 'a'
#include "tarn/object_pool.hpp"

int main() {
  tarn::ObjectPool<int> a{{.name = "a"}};
  tarn::ObjectPool<int> b{{.name = "b"}};
  b.release(a.acquire_raw());
}
