// CHECK off
// EXPECT tarn: fault: free of 0x*: a block of region 'request' dies with its
// region
#include "tarn/heap.hpp"
#include "tarn/region.hpp"

int main() {
  tarn::Heap heap{{.name = "mail", .checks = tarn::CheckMode::full}};
  tarn::Region request{{.name = "request"}};
  heap.deallocate(request.allocate(64));
}
