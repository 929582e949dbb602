// EXPECT tarn: fault: use after free: 0x* lay in region 'request', freed * ms
// ago
// CHECK full,page
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  void* const block = region.allocate(64);
  (void)region.allocate(64);
  region.deallocate(block, 64);
  return static_cast<volatile char*>(block)[12];
}
