// EXPECT tarn: fault: region '' destroyed inside its own reset
#include "tarn/region.hpp"

int main() {
  auto* const region = new tarn::Region;
  const tarn::Mark mark = region->mark();
  const auto cleanup = [](void* p) noexcept {
    delete static_cast<tarn::Region*>(p);
  };
  if (!region->on_reset(cleanup, region))
    return 1;
  region->rewind(mark);
}
