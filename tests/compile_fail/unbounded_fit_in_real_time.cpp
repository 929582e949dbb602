// EXPECT best_fit, 4096>' does not satisfy 'BoundedHeap'
// EXPECT satisfaction of 'BoundedHeap<Heap>' [with Heap = tarn::v1::FixedHeap<
#include "tarn/fixed_heap.hpp"

template <tarn::BoundedHeap Heap>
void* play(Heap& heap) {
  return heap.allocate(256);
}

int main() {
#ifdef TARN_ACCEPT
  static tarn::FixedHeap<tarn::buddy, 4096> heap;
#else
  static tarn::FixedHeap<tarn::best_fit, 4096> heap;
#endif
  return play(heap) != nullptr ? 0 : 1;
}
