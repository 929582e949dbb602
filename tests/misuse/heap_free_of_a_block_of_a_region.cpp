// EXPECT tarn: fault: 0x* given to the heap: another pool has it
#include "tarn/heap.hpp"
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  tarn::default_heap().deallocate(region.allocate(100));
}
