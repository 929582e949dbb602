// EXPECT tarn: fault: free of 0x* into region 'reply': it belongs to region
// 'request'
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  tarn::Region reply{{.name = "reply"}};
  (void)reply.allocate(8);
  auto* const block = static_cast<char*>(region.allocate(64));
  reply.deallocate(block, 64);
}
