// EXPECT address of stack memory associated with local variable
// ONLY Clang
#include "tarn/region.hpp"

int* number(tarn::Region& kept) {
  tarn::Region region;
#ifdef TARN_ACCEPT
  static_cast<void>(region);
  return kept.make<int>(7);
#else
  static_cast<void>(kept);
  return region.make<int>(7);
#endif
}
