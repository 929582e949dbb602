/* The heap of docs/fixed.md in C, in a buffer of another file. */
#include "fixed_c.inc"

unsigned char sensor_memory[4096];
const size_t sensor_bytes = sizeof sensor_memory;

int main(void) {
  void* block;
  if (!begin())
    return 1;
  block = tarn_fixed_heap_allocate(&heap, 80);
  return tarn_fixed_heap_owns(&heap, block) ? 0 : 2;
}
