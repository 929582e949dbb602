// EXPECT tarn: fault: use of region 'request' after its end
// CHECK full
// ONLY linux
#include "tarn/region.hpp"

#include <new>

int main() {
  alignas(tarn::Region) unsigned char place[sizeof(tarn::Region)];
  auto* const region = new (place) tarn::Region{{.name = "request"}};
  (void)region->allocate(8);
  region->~Region();
  asm volatile("" : : "r"(place) : "memory");
  region->~Region();
}
