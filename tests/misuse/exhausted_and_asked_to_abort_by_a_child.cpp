// EXPECT tarn: region 'c' ran out at a block of 100 bytes
#include "tarn/region.hpp"

int main() {
  tarn::BufferUpstream nothing{nullptr, 0};
  tarn::Region region{nothing};
  tarn::Region child{child_of(region),
                     {.name = "c", .on_exhausted = tarn::abort_when_exhausted}};
  return region.allocate(100) != nullptr || child.allocate(100) != nullptr;
}
