// EXPECT tarn: fault: resize of 0x*: 48 bytes said, 64 allocated
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(64));
  (void)region.grow(block, 48, 100);
}
