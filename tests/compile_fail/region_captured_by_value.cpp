// EXPECT use of deleted function 'tarn::v1::Region::Region(const
// EXPECT call to deleted constructor of 'tarn::Region'
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
#ifdef TARN_ACCEPT
  auto const held = [&region] { return region.held(); };
#else
  auto const held = [region] { return region.held(); };
#endif
  return held() != 0;
}
