// EXPECT tarn: fault: use after reset: 0x* lay in region 'request', reset *
// ms ago
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(64));
  region.reset();
  return *static_cast<volatile char*>(block);
}
