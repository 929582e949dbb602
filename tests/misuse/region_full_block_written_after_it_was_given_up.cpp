// EXPECT tarn: fault: write after free: byte 12 of 0x* (64 bytes, region
// 'request') changed
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(64));
  region.deallocate(block, 64);
  static_cast<volatile char*>(block)[12] = 1;
}
