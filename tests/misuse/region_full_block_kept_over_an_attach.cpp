// EXPECT tarn: fault: overflow: 1 byte changed behind 0x* (64 bytes, region
// 'reply')
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  auto* const block = static_cast<char*>(region.allocate(64));
  block[64] = 1;
  tarn::Region reply{{.name = "reply"}};
  (void)reply.attach(region.detach());
}
