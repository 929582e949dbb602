// EXPECT tarn: fault: read of 0x*: right behind 0x* (13 bytes, region
// 'request')
// CHECK full,page
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<volatile char*>(region.allocate(13, 1));
  (void)region.allocate(64);
  return block[13];
}
