// EXPECT ignoring return value of
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
#ifdef TARN_ACCEPT
  return region.on_reset([](void*) noexcept {}, nullptr) ? 0 : 1;
#else
  region.on_reset([](void*) noexcept {}, nullptr);
#endif
}
