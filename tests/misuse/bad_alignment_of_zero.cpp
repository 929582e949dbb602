// EXPECT tarn: fault: alignment 0 is not a power of two
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  if (region.allocate(8) == nullptr)
    return 1;
  return region.allocate(8, 0) != nullptr;
}
