// EXPECT tarn: fault: use after free: 0x* lay in region 'request', freed * ms
// ago
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(100000));
  (void)region.free_large(block);
  return *static_cast<volatile char*>(block + 50000);
}
