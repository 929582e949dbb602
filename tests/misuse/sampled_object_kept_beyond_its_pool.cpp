// EXPECT tarn: fault: object pool 'p' ended with 1 objects in use
// ONLY linux
#include "support/sampled_object.hpp"

int main() {
  tarn::test::sample_all();
  tarn::ObjectPool<tarn::test::Object> pool{{.name = "p"}};
  auto* const object = pool.acquire_raw();
  return object == nullptr ? 1 : 0;
}
