// EXPECT tarn: fault: region 'child' reset inside its own reset
#include "tarn/region.hpp"

int main() {
  tarn::Region parent;
  tarn::Region child{tarn::child_of(parent), {.name = "child"}};
  const auto cleanup = [](void* p) noexcept {
    static_cast<tarn::Region*>(p)->reset();
  };
  if (!child.on_reset(cleanup, &parent))
    return 1;
  child.reset();
}
