// EXPECT tarn: fault: read of 0x*: 64 bytes before 0x* (4096 bytes, region
// 'request')
// CHECK full,page
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<volatile char*>(region.allocate(4096));
  return block[-64];
}
