// EXPECT tarn: fault: use after reset: 0x* lay in region 'request', reset * ms
// ago
// ONLY linux
#include "tarn/region.hpp"

#include "support/sampled.hpp"

int main() {
  tarn::test::sample_all();
  tarn::Region request{{.name = "request"}};
  auto* const block = static_cast<char*>(request.allocate(64));
  request.reset();
  return tarn::test::read(block);
}
