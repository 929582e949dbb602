// EXPECT overflow
// ONLY GNU
// OPTIMISED
#include "tarn/heap.hpp"

#include <cstring>

int main(int, char** arguments) {
  void* const block = tarn::default_heap().allocate(64);
  if (block == nullptr)
    return 1;
#ifdef TARN_ACCEPT
  std::memcpy(block, arguments[0], 64);
#else
  std::memcpy(block, arguments[0], 65);
#endif
  tarn::default_heap().deallocate(block);
}
