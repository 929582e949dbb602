// EXPECT tarn: fault: alignment 24 is not a power of two
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  void* const block = region.allocate(8);
  return region.grow(block, 8, 100000, 24) != nullptr;
}
