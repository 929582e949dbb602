// EXPECT tarn: fault: use after reset: 0x* lay in region 'request', reset *
// ms ago
// CHECK full
// ONLY linux
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"

#include <memory_resource>
#include <vector>

int main() {
  tarn::Region region{{.name = "request"}};
  std::pmr::vector<int> numbers{region.resource()};
  numbers.assign(100, 1);
  region.reset();
  numbers.push_back(2);
}
