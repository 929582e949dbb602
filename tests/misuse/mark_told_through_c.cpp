// EXPECT tarn: fault: rewind of region '' to a stale mark (generation 1, now 1)
#include "tarn/tarn.h"

int main() {
  tarn_region region;
  tarn_region_init(&region, nullptr);
  const tarn_mark mark = tarn_region_mark(&region);
  tarn_region_reset(&region);
  tarn_region_rewind(&region, mark);
}
