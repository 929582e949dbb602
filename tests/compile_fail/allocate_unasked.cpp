// EXPECT ignoring return value of
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
#ifdef TARN_ACCEPT
  return region.allocate(8) == nullptr;
#else
  region.allocate(8);
#endif
}
