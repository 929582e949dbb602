// EXPECT tarn: fault: 0x* given to object pool 'b': it is one of object pool
// 'a'
#include "tarn/object_pool.hpp"

int main() {
  tarn::SteadyPool<int> first{{.name = "a"}};
  tarn::SteadyPool<int> second{{.name = "b"}};
  static_cast<void>(first.reserve(2));
  static_cast<void>(second.reserve(2));
  second.release(first.acquire_raw());
}
