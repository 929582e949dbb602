// EXPECT tarn: fault: alignment 24 is not a power of two
#include "tarn/fixed_heap.hpp"

int main() {
  static tarn::FixedHeap<tarn::half_fit, 1024> heap;
  return heap.allocate(40, 24) == nullptr ? 0 : 1;
}
