// EXPECT tarn: fault: write of 0x*: 12 bytes into freed 0x* (64 bytes, object
// pool 'q')
// ONLY linux
#include "support/sampled_object.hpp"

int main() {
  tarn::test::sample_all();
  tarn::ObjectPool<tarn::test::Object> pool{{.name = "p"}};
  auto* const object = pool.acquire_raw();
  pool.release(object);
  char* late = nullptr;
  {
    tarn::ObjectPool<tarn::test::Object> other{{.name = "q"}};
    late = other.acquire()->bytes;
  }
  tarn::test::write(late + 12);
}
