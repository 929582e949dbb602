// EXPECT tarn: fault: allocation of 64 bytes from region 'request', which is
// sealed
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  region.seal();
  (void)region.allocate(64);
}
