// EXPECT tarn: fault: overflow: 1 byte changed behind 0x* (100000 bytes,
// region 'request')
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(100000));
  block[100000] = 1;
  (void)region.free_large(block);
}
