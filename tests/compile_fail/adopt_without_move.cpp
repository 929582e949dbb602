// EXPECT adopt(std::move(owner)): an owner that moves without throwing
#include "tarn/region.hpp"

#include <memory>

int main() {
  tarn::Region region;
  auto owner = std::make_unique<int>(1);
#ifdef TARN_ACCEPT
  return region.adopt(std::move(owner)) ? 0 : 1;
#else
  return region.adopt(owner) ? 0 : 1;
#endif
}
