// EXPECT tarn: fault: region 'r' is confined to thread *, used by thread *
// ONLY dev
#include "tarn/region.hpp"

#include "support/trap.hpp"

#include <optional>
#include <thread>

int main() {
  tarn::test::Trap trap;
  auto region = std::optional<tarn::Region>{std::in_place, trap,
                                            tarn::RegionOptions{.name = "r"}};
  const std::thread first{[&region] { (void)region->allocate(8); }};
  trap.entered.acquire();
  region.reset();
}
