// EXPECT tarn: fault: alignment 12 is not a power of two
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  void* const table = region.allocate(1000);
  void* const block = region.allocate(1000);
  if (region.allocate(8) == nullptr)
    return 1;
  region.deallocate(table, 1000);
  region.deallocate(block, 1000);
  return region.allocate_or_recycle(500, 12) != nullptr;
}
