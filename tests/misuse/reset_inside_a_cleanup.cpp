// EXPECT tarn: fault: region 'r' reset inside its own reset
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "r"}};
  const auto cleanup = [](void* p) noexcept {
    static_cast<tarn::Region*>(p)->reset();
  };
  if (!region.on_reset(cleanup, &region))
    return 1;
  region.reset();
}
