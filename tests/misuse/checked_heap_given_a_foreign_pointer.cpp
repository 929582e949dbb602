// CHECK full
// EXPECT tarn: fault: free of 0x*: not memory of any pool
#include "tarn/heap.hpp"

int main() {
  static int nobodys = 0;
  tarn::default_heap().deallocate(&nobodys);
}
