// EXPECT tarn: fault: overflow: 5 bytes changed behind 0x* (64 bytes, region
// 'request')
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(64));
  for (int i = 0; i < 5; ++i)
    block[64 + i] = 1;
  region.reset();
}
