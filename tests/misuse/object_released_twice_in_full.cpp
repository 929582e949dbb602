// EXPECT tarn: fault: double free of 0x*: 64-byte slot of object pool
// 'connection'
// CHECK full
#include "tarn/object_pool.hpp"

struct Connection {
  char bytes[64];
};

// Long after, and others were released between, so that no magazine's top is
// it.
int main() {
  tarn::ObjectPool<Connection> pool{{.name = "connection"}};
  Connection* const object = pool.acquire_raw();
  Connection* const other = pool.acquire_raw();
  pool.release(object);
  pool.release(other);
  pool.release(object);
}
