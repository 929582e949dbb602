// EXPECT tarn: fault: write of 0x*: 4 bytes behind 0x* (64 bytes, object pool
// 'p')
// ONLY linux
#include "support/sampled_object.hpp"

int main() {
  tarn::test::sample_all();
  tarn::ObjectPool<tarn::test::Object> pool{{.name = "p"}};
  auto* const object = pool.acquire_raw();
  tarn::test::write(object->bytes + 68);
}
