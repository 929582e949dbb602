// EXPECT tarn: fault: region 'parent' ended before its child 'younger'
#include "tarn/region.hpp"

#include <optional>
#include <unistd.h>

namespace {

int runs = 0;

// All of them are ended before the fault is told.
void demand_ended(tarn::Fault fault, const char*) noexcept {
  if (fault != tarn::Fault::ended_before_child || runs != 2)
    _exit(1);
}

}  // namespace

int main() {
  tarn::set_fault_handler(demand_ended);
  auto parent = std::optional<tarn::Region>{
      std::in_place, tarn::RegionOptions{.name = "parent"}};
  tarn::Region older{tarn::child_of(*parent), {.name = "older"}};
  tarn::Region younger{tarn::child_of(*parent), {.name = "younger"}};
  const auto cleanup = [](void*) noexcept { ++runs; };
  if (!older.on_reset(cleanup, nullptr) || !younger.on_reset(cleanup, nullptr))
    return 1;
  parent.reset();
}
