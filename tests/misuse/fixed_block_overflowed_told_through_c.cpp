// EXPECT tarn: fault: block 0x* of a fixed heap was written to behind its end
#include "tarn/fixed.h"

int main() {
  static uint64_t buffer[100];
  tarn_fixed_heap heap;
  tarn_fixed_heap_init(&heap, tarn_half_fit_with_canaries(), buffer,
                       sizeof buffer);
  // UBSan knows its size, and would tell first.
  char* const volatile block =
      static_cast<char*>(tarn_fixed_heap_allocate(&heap, 10));
  block[10] = 'x';
  tarn_fixed_heap_deallocate(&heap, block);
}
