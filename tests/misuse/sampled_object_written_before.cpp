// EXPECT tarn: fault: underflow: 1 byte changed before 0x* (64 bytes, object
// pool 'p')
// ONLY linux
#include "support/sampled_object.hpp"

int main() {
  tarn::test::sample_all();
  tarn::ObjectPool<tarn::test::Object> pool{{.name = "p"}};
  auto* const object = pool.acquire_raw();
  tarn::test::write(object->bytes - 3);
  pool.release(object);
}
