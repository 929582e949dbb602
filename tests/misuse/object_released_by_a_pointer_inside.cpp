// EXPECT tarn: fault: 0x* given to object pool 'p': it lies inside object 0x*
#include "tarn/object_pool.hpp"

struct Pair {
  int first;
  int second;
};

int main() {
  tarn::ObjectPool<Pair> pool{{.name = "p"}};
  Pair* const pair = pool.acquire_raw();
  pool.release(reinterpret_cast<Pair*>(&pair->second));
}
