// EXPECT address of stack memory associated with local variable
// ONLY Clang
#include "tarn/region.hpp"

void* line(tarn::Region& kept) {
  tarn::Region region;
#ifdef TARN_ACCEPT
  static_cast<void>(region);
  return kept.allocate(80);
#else
  static_cast<void>(kept);
  return region.allocate(80);
#endif
}
