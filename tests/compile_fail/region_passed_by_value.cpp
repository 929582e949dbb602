// EXPECT use of deleted function 'tarn::v1::Region::Region(const
// EXPECT call to deleted constructor of 'tarn::Region'
#include "tarn/region.hpp"

namespace {

std::size_t held(
#ifndef TARN_ACCEPT
    tarn::Region region
#else
    const tarn::Region& region
#endif
) {
  return region.held();
}

}  // namespace

int main() {
  tarn::Region region;
  return held(region) != 0;
}
