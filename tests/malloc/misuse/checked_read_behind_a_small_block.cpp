// CHECK full
// EXPECT tarn: fault: read of 0x*: right behind 0x* (48 bytes, the heap)
#include "malloc/served.hpp"

#include <cstdlib>

// The first block of its stack has pages of its own.
int main() {
  constexpr int size = 48;
  const auto* const block =
      static_cast<const volatile char*>(hidden(std::malloc(size)));
  return block[size];
}
