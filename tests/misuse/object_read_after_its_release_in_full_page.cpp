// EXPECT tarn: fault: read of 0x*: 12 bytes into freed 0x* (64 bytes, object
// pool 'connection')
// CHECK full,page
#include "tarn/object_pool.hpp"

struct Connection {
  char bytes[64];
};

int main() {
  tarn::ObjectPool<Connection> pool{{.name = "connection"}};
  const volatile Connection* const object = pool.acquire().get();
  return object->bytes[12];
}
