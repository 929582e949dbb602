// EXPECT tarn: fault: use of object pool 'connection' after its end
// CHECK full
#include "tarn/object_pool.hpp"

struct Connection {
  char bytes[64];
};

int main() {
  volatile Connection* object = nullptr;
  {
    tarn::ObjectPool<Connection> pool{{.name = "connection"}};
    object = pool.acquire().get();
  }
  return object->bytes[3];
}
