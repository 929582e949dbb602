// EXPECT tarn: fault: read of 0x*: 12 bytes into freed 0x* (64 bytes, object
// pool 'p')
// ONLY linux
#include "support/sampled_object.hpp"

int main() {
  tarn::test::sample_all();
  tarn::ObjectPool<tarn::test::Object> pool{{.name = "p"}};
  auto* const object = pool.acquire_raw();
  pool.release(object);
  return tarn::test::read(object->bytes + 12);
}
