// EXPECT tarn: fault: region 'r' destroyed inside its own reset
#include "tarn/region.hpp"

int main() {
  auto* const region = new tarn::Region{{.name = "r"}};
  const auto cleanup = [](void* p) noexcept {
    delete static_cast<tarn::Region*>(p);
  };
  if (!region->on_reset(cleanup, region))
    return 1;
  region->reset();
}
