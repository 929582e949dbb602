// EXPECT tarn: fault: use after rewind: 0x* lay in region 'request', rewound
// * ms ago
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

int main() {
  tarn::Region region{{.name = "request"}};
  (void)region.allocate(64);
  const tarn::Mark mark = region.mark();
  auto* const block = static_cast<char*>(region.allocate(64));
  region.rewind(mark);
  return *static_cast<volatile char*>(block);
}
