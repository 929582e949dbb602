// EXPECT overflow
// ONLY GNU
// OPTIMISED
#include "tarn/tarn.h"

#include <cstring>

int main(int, char** arguments) {
  tarn_heap* const heap = tarn_default_heap();
  auto* const block = static_cast<char*>(tarn_heap_allocate(heap, 64));
  if (block == nullptr)
    return 1;
#ifdef TARN_ACCEPT
  std::memcpy(block, arguments[0], 64);
#else
  std::memcpy(block, arguments[0], 65);
#endif
  tarn_heap_deallocate(heap, block);
}
