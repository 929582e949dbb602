// EXPECT tarn: fault: overflow: 1 byte changed behind 0x* (64 bytes, region
// 'request')
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  static tarn::Region& region = *new tarn::Region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(64));
  block[64] = 1;
  return 0;
}
