// EXPECT found 6, and nothing else is said
#include "tarn/fault.h"
#include "tarn/slot_pool.hpp"

#include <cstdio>
#include <cstdlib>

extern "C" void tarn_on_fault(const tarn_finding* found) {
  std::fprintf(stderr, "found %u, and nothing else is said\n",
               static_cast<unsigned>(found->fault));
  std::abort();
}

int main() {
  static tarn::SlotPool<8, 4> pool;
  void* const slot = pool.allocate();
  pool.deallocate(slot);
  pool.deallocate(slot);
}
