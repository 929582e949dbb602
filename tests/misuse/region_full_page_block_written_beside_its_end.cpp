// EXPECT tarn: fault: overflow: 1 byte changed behind 0x* (13 bytes, region
// 'request')
// CHECK full,page
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<volatile char*>(region.allocate(13));
  block[13] = 1;
  region.reset();
}
