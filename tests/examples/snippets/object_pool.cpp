// The object pool of docs/contract.md: what is kept between uses, and what is
// not.
#include "tarn/object_pool.hpp"

#include <cstddef>
#include <vector>

namespace {

bool is_open[2];

void shut(int file) {
  is_open[file] = false;
}

#include "object_pool.inc"

}  // namespace

int main() {
  tarn::ObjectPool<Connection, ConnectionLife> connections{
      {.name = "connection"}};
  is_open[0] = is_open[1] = true;
  const bool all_served = serve(connections, 0) && serve(connections, 1);
  // One object, whose buffer was there the second time.
  const bool is_kept = connections.stats().ready == 1 &&
                       connections.acquire(0)->buffer.capacity() >= 512;
  return all_served && is_kept && !is_open[0] && !is_open[1] ? 0 : 1;
}
