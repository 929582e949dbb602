// EXPECT tarn: fault: use after end: 0x* lay in region 'request', ended * ms
// ago
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  volatile char* kept = nullptr;
  {
    tarn::Region region{{.name = "request"}};
    kept = static_cast<volatile char*>(region.allocate(64));
  }
  return *kept;
}
