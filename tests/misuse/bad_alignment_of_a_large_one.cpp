// EXPECT tarn: fault: alignment 4097 is not a power of two
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  return region.allocate_zeroed(8, 4097) != nullptr;
}
