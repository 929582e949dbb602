// EXPECT tarn: fault: double free of 0x*: 8-byte slot of object pool
// 'connection'
// CHECK full
#include "tarn/object_pool.hpp"

#include <cstdio>

// Its destructor reads what a release has filled.
struct Connection {
  explicit Connection(const char* is) : text(is) {}
  ~Connection() {
    if (*text != 'o')
      std::fputs("destroyed twice\n", stderr);
    text = "destroyed";
  }
  const char* text;
};

int main() {
  tarn::ObjectPool<Connection, tarn::MakeAnew<Connection>> pool{
      {.name = "connection"}};
  Connection* const object = pool.acquire_raw("one");
  pool.release(object);
  pool.release(object);
}
