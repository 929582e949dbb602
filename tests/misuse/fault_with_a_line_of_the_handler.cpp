// EXPECT tarn: fault: region 'r' reset inside its own reset
// EXPECT the handler was told: nested_reset
#include "tarn/region.hpp"

#include <cstdio>

namespace {

void tell(tarn::Fault fault, const char*) noexcept {
  std::fprintf(stderr, "the handler was told: %s\n",
               fault == tarn::Fault::nested_reset ? "nested_reset" : "another");
}

}  // namespace

int main() {
  tarn::set_fault_handler(tell);
  tarn::Region region{{.name = "r"}};
  const auto cleanup = [](void* p) noexcept {
    static_cast<tarn::Region*>(p)->reset();
  };
  if (!region.on_reset(cleanup, &region))
    return 1;
  region.reset();
}
