// EXPECT tarn: fault: double free of 0x*: 64-byte slot of object pool 'p'
// ONLY linux
#include "support/sampled_object.hpp"

int main() {
  tarn::test::sample_all();
  tarn::ObjectPool<tarn::test::Object> pool{{.name = "p"}};
  auto* const object = pool.acquire_raw();
  pool.release(object);
  pool.release(object);
}
