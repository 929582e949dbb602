// EXPECT tarn: fault: 0x* given to a fixed heap: it is free already
#include "tarn/fixed.h"

int main() {
  static uint64_t buffer[100];
  tarn_fixed_heap heap;
  tarn_fixed_heap_init(&heap, tarn_two_level(), buffer, sizeof buffer);
  void* const block = tarn_fixed_heap_allocate(&heap, 10);
  tarn_fixed_heap_deallocate(&heap, block);
  tarn_fixed_heap_deallocate(&heap, block);
}
