// The function of docs/fixed.md that a fault ends in.
#include "tarn/fault.h"
#include "tarn/slot_pool.hpp"

#include <cstdlib>

namespace {

struct {
  unsigned fault;
  const void* place;
} last_fault;

void* given_back;

[[noreturn]] void reset_the_board() {
  const bool is_told = last_fault.fault == TARN_FAULT_DOUBLE_FREE &&
                       last_fault.place == given_back;
  std::_Exit(is_told ? 0 : 1);
}

}  // namespace

#include "fixed_fault.inc"

int main() {
  static tarn::SlotPool<8, 4> pool;
  given_back = pool.allocate();
  pool.deallocate(given_back);
  pool.deallocate(given_back);
  return 2;  // not reached
}
