// EXPECT tarn: fault: region 'r' is confined to thread *, used by thread *
// ONLY dev
#include "tarn/region.hpp"

#include "support/trap.hpp"

#include <thread>

int main() {
  tarn::test::Trap trap;
  tarn::Region region{trap, {.name = "r"}};
  const std::thread first{[&region] { (void)region.allocate(8); }};
  trap.entered.acquire();
  return region.allocate(8) != nullptr;
}
