// EXPECT tarn: fault: alignment 3 is not a power of two
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  return region.allocate(8, 3) != nullptr;
}
