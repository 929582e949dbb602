// EXPECT tarn: fault: region 'request' ended while 2 pointers to it remain
// CHECK full,escape=all
// ONLY linux
#include "tarn/heap.hpp"
#include "tarn/region.hpp"

#include <new>

int main() {
  void** const first = new (tarn::default_heap().allocate(24)) void* [3] {};
  void** const second = new (tarn::default_heap().allocate(24)) void* [3] {};
  tarn::Region region{{.name = "request"}};
  first[1] = second[2] = region.allocate(40);
}
