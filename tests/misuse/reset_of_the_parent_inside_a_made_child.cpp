// EXPECT tarn: fault: region 'parent' reset inside its own reset
#include "tarn/region.hpp"

int main() {
  tarn::Region parent{{.name = "parent"}};
  tarn::Region* const child = parent.make_child();
  const auto cleanup = [](void* p) noexcept {
    static_cast<tarn::Region*>(p)->reset();
  };
  if (child == nullptr || !child->on_reset(cleanup, &parent))
    return 1;
  parent.reset();
}
