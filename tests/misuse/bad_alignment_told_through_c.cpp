// EXPECT tarn: fault: alignment 7 is not a power of two
#include "tarn/tarn.h"

int main() {
  tarn_region region;
  tarn_region_init(&region, nullptr);
  return tarn_region_allocate_aligned(&region, 8, 7) != nullptr;
}
