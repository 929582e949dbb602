// EXPECT tarn: fault: free of 0x*: not memory of any pool
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  (void)region.allocate(8);
  char foreign[64];
  region.deallocate(foreign, 64);
}
