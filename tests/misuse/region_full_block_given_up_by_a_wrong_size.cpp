// EXPECT tarn: fault: free of 0x*: 48 bytes said, 64 allocated
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(64));
  region.deallocate(block, 48);
}
