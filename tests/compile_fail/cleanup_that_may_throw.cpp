// EXPECT invalid user-defined conversion from
// EXPECT no viable conversion from
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
#ifdef TARN_ACCEPT
  return region.on_reset([](void*) noexcept {}, nullptr) ? 0 : 1;
#else
  return region.on_reset([](void*) {}, nullptr) ? 0 : 1;
#endif
}
