// EXPECT use of deleted function 'tarn::v1::Region::Region(const
// EXPECT call to deleted constructor of 'tarn::Region'
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
#ifndef TARN_ACCEPT
  tarn::Region other{region};
#endif
}
