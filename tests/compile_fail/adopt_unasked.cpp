// EXPECT ignoring return value of
#include "tarn/region.hpp"

#include <memory>

int main() {
  tarn::Region region;
#ifdef TARN_ACCEPT
  return region.adopt(std::make_unique<int>(1)) ? 0 : 1;
#else
  region.adopt(std::make_unique<int>(1));
#endif
}
