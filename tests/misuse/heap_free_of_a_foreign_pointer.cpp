// EXPECT tarn: fault: 0x* given to the heap: it is not tarn's
#include "tarn/heap.hpp"

int main() {
  int local = 0;
  tarn::default_heap().deallocate(&local);
}
