// What docs/fixed.md shows of regions and object pools on a board, done; also
// compiled where there is no operating system (tests/freestanding).
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"
#include "tarn/upstream.hpp"

#include <cstddef>

namespace {

struct Field {
  unsigned name;
  unsigned value;
};

struct Timer {
  unsigned due = 0;
};

int refuse() {
  return 1;
}

}  // namespace

int main() {
#include "board.inc"
  const bool is_good = fields != nullptr && timer && timer->due == 20 &&
                       packet.held() != 0 && upstream.check();
  return is_good ? 0 : 1;
}
