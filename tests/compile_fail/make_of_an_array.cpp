// EXPECT make_array<T>(count) makes arrays
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
#ifdef TARN_ACCEPT
  return region.make_array<int>(4) == nullptr;
#else
  return region.make<int[4]>() == nullptr;
#endif
}
