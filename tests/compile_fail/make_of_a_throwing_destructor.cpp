// EXPECT what dies with a region must not throw when it dies
#include "tarn/region.hpp"

namespace {

struct Thrower {
  Thrower() {}
#ifdef TARN_ACCEPT
  ~Thrower() {}
#else
  ~Thrower() noexcept(false) {}
#endif
};

}  // namespace

int main() {
  tarn::Region region;
  return region.make<Thrower>() == nullptr;
}
