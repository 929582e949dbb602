// EXPECT tarn: fault: free of 0x*: 8 bytes into a 64-byte block of region
// 'request'
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(64));
  region.deallocate(block + 8, 56);
}
