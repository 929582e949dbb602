// EXPECT tarn: region 'r' ran out at a block of 5000 bytes
#include "tarn/region.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::BufferUpstream upstream{buffer, sizeof buffer};
  tarn::Region region{
      upstream, {.name = "r", .on_exhausted = tarn::abort_when_exhausted}};
  return region.allocate(5000) != nullptr;
}
