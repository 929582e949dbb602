// EXPECT tarn: fault: free of 0x* into object pool 'q': it belongs to object
// pool 'p'
// ONLY linux
#include "support/sampled_object.hpp"

int main() {
  tarn::test::sample_all();
  tarn::ObjectPool<tarn::test::Object> pool{{.name = "p"}};
  auto* const object = pool.acquire_raw();
  tarn::ObjectPool<tarn::test::Object> other{{.name = "q"}};
  other.release(object);
}
