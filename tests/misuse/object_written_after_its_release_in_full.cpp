// EXPECT tarn: fault: write after free: 0x* (64 bytes, object pool
// 'connection') changed
// CHECK full
#include "tarn/object_pool.hpp"

struct Connection {
  char bytes[64];
};

// Found when the pool ends, though another object was had meanwhile.
int main() {
  tarn::ObjectPool<Connection> pool{{.name = "connection"}};
  Connection* volatile object = pool.acquire_raw();
  pool.release(object);
  const auto other = pool.acquire();
  object->bytes[12] ^= 1;
}
