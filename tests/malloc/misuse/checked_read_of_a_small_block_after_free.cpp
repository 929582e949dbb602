// CHECK full
// EXPECT tarn: fault: read of 0x*: 5 bytes into freed 0x* (12 bytes, the heap)
#include "malloc/served.hpp"

#include <cstdlib>

// The first block of its stack has pages of its own.
int main() {
  void* const block = hidden(std::malloc(12));
  const auto* const kept = hidden(static_cast<const volatile char*>(block));
  std::free(block);
  return kept[5];
}
