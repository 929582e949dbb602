// EXPECT tarn: fault: leak: * regions 'request', * KiB, no pointer to them
// remains
// CHECK full
#include "tarn/region.hpp"

#include <cstring>
#include <new>

namespace {
constexpr int count = 8;
alignas(tarn::Region) std::byte room[count][sizeof(tarn::Region)];
}  // namespace

int main() {
  for (auto& place : room) {
    auto* const region = ::new (place) tarn::Region({.name = "request"});
    static_cast<void>(region->allocate(100));
    // Nobody has it any more; some word may seem to.
    std::memset(place, 0, sizeof place);
  }
}
