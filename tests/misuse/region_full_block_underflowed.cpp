// EXPECT tarn: fault: underflow: 2 bytes changed before 0x* (64 bytes, region
// 'request')
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(64));
  block[-1] = block[-2] = 1;
}
