// EXPECT tarn: fault: overflow: 1 byte changed behind 0x* (13 bytes, region
// 'request')
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  const tarn::Mark mark = region.mark();
  auto* const block = static_cast<char*>(region.allocate(13));
  block[13] = 1;
  region.rewind(mark);
}
