// EXPECT tarn: fault: double free of 0x*: 64-byte block of region 'request'
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(64));
  region.deallocate(block, 64);
  region.deallocate(block, 64);
}
