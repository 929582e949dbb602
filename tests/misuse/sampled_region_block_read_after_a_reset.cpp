// EXPECT tarn: fault: use after reset: 0x* lay in region 'request', reset * ms
// ago
#include "support/sampled.hpp"
#include "tarn/region.hpp"

int main() {
  tarn::test::sample_all();
  tarn::Region request{{.name = "request"}};
  auto* const block = static_cast<char*>(request.allocate(64));
  request.reset();
  return tarn::test::read(block);
}
