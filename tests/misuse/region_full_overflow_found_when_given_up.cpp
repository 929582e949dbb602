// EXPECT tarn: fault: overflow: 1 byte changed behind 0x* (64 bytes, region
// 'request')
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(64));
  block[64] = 1;
  region.deallocate(block, 64);
}
