// EXPECT tarn: fault: 0x* given to a fixed heap: it is none of its blocks
#include "tarn/fixed_heap.hpp"

int main() {
  static tarn::FixedHeap<tarn::two_level> heap;
  int local = 0;
  heap.deallocate(&local);
}
