// EXPECT tarn: fault: read of 0x*: right behind 0x* (300000 bytes, region
// 'request')
// CHECK full,page
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  constexpr int size = 300000;
  auto* const block = static_cast<volatile char*>(region.allocate(size));
  return block[size];
}
